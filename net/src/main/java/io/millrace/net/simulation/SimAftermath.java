package io.millrace.net.simulation;

import io.millrace.engine.journal.JournalFormat;
import io.millrace.engine.port.Entropy;
import java.util.ArrayList;
import java.util.List;

/**
 * What comes when the programs have ended and all they did was found right: bits turn in the logs and journals that they
 * counted on until then, and the broker begins anew, a few times. Nobody writes any more, so it is known what must be
 * found.
 */
final class SimAftermath {
    private static final int ODDS = 2;
    private static final int ROUNDS_MAX = 3;
    private static final int STRIKES_MAX = 5;

    private final SimWorld world;
    private final SimPrograms programs;
    private final SimLosses losses;
    private final List<SimSurvey> surveys = new ArrayList<>();
    private final int rounds;
    private int round;

    SimAftermath(final SimWorld world, final SimPrograms programs) {
        this.world = world;
        this.programs = programs;
        losses = new SimLosses(world);
        final Entropy plan = world.entropy("aftermath");
        rounds = plan.nextInt(ODDS) == 0 ? 1 + plan.nextInt(ROUNDS_MAX) : 0;
    }

    boolean goesOn() {
        return round < rounds;
    }

    /** Some bits turn; the broker is to end then, in whatever way. */
    void strike() {
        final Entropy where = world.entropy("aftermath-" + round++);
        for (int i = where.nextInt(STRIKES_MAX); i >= 0; i--) {
            world.image()
                    .flipBit(
                            where,
                            path -> JournalFormat.isJournal(path)
                                    || (path.endsWith(".log") && SimPrograms.isTheirOwn(path)));
        }
    }

    /** Those who look at what is left. */
    List<SimClient> clients() {
        surveys.clear();
        surveys.addAll(programs.surveys(losses, round));
        final SimQuestions questions = programs.questions(losses, round);
        final List<SimClient> all = new ArrayList<>(surveys);
        all.add(questions);
        return all;
    }

    void audit() {
        surveys.forEach(SimSurvey::audit);
        world.count("damage survived by programs' topics");
    }
}
