package io.millrace.tools.doctor;

import java.util.List;
import java.util.Locale;

/** What all checks found, for people and for programs. */
public record Report(List<Integer> cores, List<Finding> findings) {
    public boolean isBad() {
        return count(Level.BAD) > 0;
    }

    long count(final Level level) {
        return findings.stream().filter(finding -> finding.level() == level).count();
    }

    public String text() {
        final StringBuilder out = new StringBuilder();
        final int width = findings.stream()
                .mapToInt(finding -> finding.check().length())
                .max()
                .orElse(0);
        for (final Finding finding : findings) {
            out.append(String.format(Locale.ROOT, "%-7s  ", name(finding.level())));
            out.append(String.format(Locale.ROOT, "%-" + width + "s  ", finding.check()));
            out.append(finding.seen()).append('\n');
            if (!finding.change().isEmpty()) {
                out.append(" ".repeat(width + 11))
                        .append("→ ")
                        .append(finding.change())
                        .append('\n');
            }
        }
        return out.append('\n')
                .append(count(Level.OK))
                .append(" ok, ")
                .append(count(Level.ADVICE))
                .append(" advice, ")
                .append(count(Level.BAD))
                .append(" bad, ")
                .append(count(Level.SKIPPED))
                .append(" skipped; docs/tuning.md says why each matters\n")
                .toString();
    }

    public String json() {
        final StringBuilder out =
                new StringBuilder("{\"cores\":").append(cores.toString().replace(" ", ""));
        for (final Level level : Level.values()) {
            out.append(",\"").append(name(level)).append("\":").append(count(level));
        }
        out.append(",\"checks\":[");
        for (int i = 0; i < findings.size(); i++) {
            final Finding finding = findings.get(i);
            out.append(i == 0 ? "{" : ",{");
            member(out, "check", finding.check()).append(',');
            member(out, "level", name(finding.level())).append(',');
            member(out, "seen", finding.seen()).append(',');
            member(out, "change", finding.change()).append('}');
        }
        return out.append("]}\n").toString();
    }

    private static String name(final Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    private static StringBuilder member(final StringBuilder out, final String key, final String value) {
        out.append('"').append(key).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            final char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"');
    }
}
