package io.millrace.perf.moves;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What moves under load cost, and whether that is below a bar. */
public final class MovesResult {
    /**
     * @param paced     whether the partition is the one with the fixed rate
     * @param tookMs    from the request to its answer; most of it the partition is served as ever
     * @param gapMs     the longest between two acks of the partition
     * @param withoutMs the same, in the window before, in which nothing moved
     */
    record Move(boolean paced, int toCore, double tookMs, double gapMs, double withoutMs) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s to core %d  took %7.1f ms, longest gap between acks %6.1f ms, without a move %6.1f ms",
                    paced ? "fixed rate" : "full load ",
                    toCore,
                    tookMs,
                    gapMs,
                    withoutMs);
        }
    }

    private final List<Move> moves = new ArrayList<>();
    private PartitionBook.Balance books = PartitionBook.Balance.NOTHING;

    void add(final Move move) {
        moves.add(move);
    }

    /** One partition's books, after all was read back. */
    void add(final PartitionBook.Balance balance) {
        books = books.plus(balance);
    }

    /**
     * Whether a move counts as too long: its gap reached the bar, and such gaps do not come without a move too. They do if, of
     * the windows of the same load, those without a move that had one that reached the bar and half of its length are at
     * least half as many as those with a move that had one of its length.
     */
    private boolean isTooLong(final Move move, final double barMs) {
        final double likeMs = Math.max(barMs, move.gapMs / 2);
        final long with = moves.stream()
                .filter(each -> each.paced == move.paced && each.gapMs >= move.gapMs)
                .count();
        final long without = moves.stream()
                .filter(each -> each.paced == move.paced && each.withoutMs >= likeMs)
                .count();
        return move.gapMs >= barMs && 2 * without < with;
    }

    private long reached(final double barMs) {
        return moves.stream().filter(each -> each.gapMs >= barMs).count();
    }

    private long tooLong(final double barMs) {
        return moves.stream().filter(each -> isTooLong(each, barMs)).count();
    }

    public boolean passes(final double barMs) {
        return books.isSound() && tooLong(barMs) == 0;
    }

    public void print(final PrintStream out, final double barMs) {
        print(out, "fixed rate", moves.stream().filter(Move::paced).toList());
        print(out, "full load", moves.stream().filter(each -> !each.paced).toList());
        out.printf(
                Locale.ROOT,
                "%d of %d moves paused their partition for %.0f ms or more, %d of them as pauses without a move do not "
                        + "explain%n",
                reached(barMs),
                moves.size(),
                barMs,
                tooLong(barMs));
        out.printf(
                Locale.ROOT,
                "%,d records acknowledged and read back: %d lost, %d repeated or out of order, %d acks out of place%n%s%n",
                books.acknowledged(),
                books.lost(),
                books.repeated(),
                books.misplaced(),
                passes(barMs) ? "passed" : "failed");
    }

    private static void print(final PrintStream out, final String title, final List<Move> some) {
        out.printf(
                Locale.ROOT,
                "%-10s  gap median %.1f, most %.1f ms; without a move %.1f, %.1f ms (%d each)%n",
                title,
                median(some, Move::gapMs),
                maximum(some, Move::gapMs),
                median(some, Move::withoutMs),
                maximum(some, Move::withoutMs),
                some.size());
    }

    private static double median(final List<Move> some, final ToDoubleFunction<Move> figure) {
        final double[] sorted = some.stream().mapToDouble(figure).sorted().toArray();
        return sorted.length == 0 ? 0 : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static double maximum(final List<Move> some, final ToDoubleFunction<Move> figure) {
        return some.stream().mapToDouble(figure).max().orElse(0);
    }

    public void writeJson(final Path file, final double barMs) throws IOException {
        final ObjectMapper mapper = new ObjectMapper();
        final ObjectNode json = mapper.createObjectNode();
        json.put("acks", books.acknowledged())
                .put("lost", books.lost())
                .put("repeated", books.repeated())
                .put("acksOutOfPlace", books.misplaced())
                .put("barMs", barMs)
                .put("passed", passes(barMs));
        for (final Move move : moves) {
            json.withArray("/moves")
                    .addObject()
                    .put("load", move.paced ? "fixed rate" : "full")
                    .put("toCore", move.toCore)
                    .put("tookMs", move.tookMs)
                    .put("gapMs", move.gapMs)
                    .put("gapWithoutMoveMs", move.withoutMs)
                    .put("tooLong", isTooLong(move, barMs));
        }
        mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
    }
}
