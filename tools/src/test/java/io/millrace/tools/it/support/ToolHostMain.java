package io.millrace.tools.it.support;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;

/**
 * Runs Apache Kafka's tools one after the other in this process: reads a main class and its arguments, answers with the
 * exit code and what was printed until then. Ends with its input. See {@link ToolHost}.
 */
public final class ToolHostMain {
    private static final Sink OUT = new Sink();
    private static final Sink ERR = new Sink();
    private static Integer exitCode;

    private ToolHostMain() {}

    /** What a tool prints, until it has ended. */
    private static final class Sink extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean open;

        @Override
        public synchronized void write(final int b) {
            if (open) {
                bytes.write(b);
            }
        }

        @Override
        public synchronized void write(final byte[] from, final int offset, final int length) {
            if (open) {
                bytes.write(from, offset, length);
            }
        }

        synchronized void begin() {
            bytes.reset();
            open = true;
        }

        synchronized void end() {
            open = false;
        }

        synchronized byte[] taken() {
            return bytes.toByteArray();
        }
    }

    /** Ends a tool where its process would have ended. */
    private static final class Ended extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Takes no arguments. */
    public static void main(final String[] arguments) throws IOException {
        final DataInputStream in = new DataInputStream(System.in);
        final DataOutputStream answers = new DataOutputStream(System.out);
        final PrintStream complaints = System.err;
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> e.printStackTrace(complaints));
        // Before any tool is loaded: some keep the stream that they find.
        System.setOut(new PrintStream(OUT, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(ERR, true, StandardCharsets.UTF_8));
        endByCall();
        while (true) {
            final String[] command;
            try {
                command = new String[in.readInt()];
            } catch (final EOFException e) {
                Runtime.getRuntime().halt(0);
                return;
            }
            for (int i = 0; i < command.length; i++) {
                command[i] = in.readUTF();
            }
            run(command);
            answers.writeInt(exitCode);
            for (final Sink sink : new Sink[] {OUT, ERR}) {
                final byte[] printed = sink.taken();
                answers.writeInt(printed.length);
                answers.write(printed);
            }
            answers.flush();
        }
    }

    /** Kafka's programs end through a class of their own, whose place depends on the version. */
    private static void endByCall() {
        try {
            final Class<?> exit = exitClass();
            for (final String setter : new String[] {"setExitProcedure", "setHaltProcedure"}) {
                replace(exit, setter, true);
            }
            replace(exit, "setShutdownHookAdder", false);
        } catch (final ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> exitClass() throws ClassNotFoundException {
        try {
            return Class.forName("org.apache.kafka.common.utils.Exit");
        } catch (final ClassNotFoundException e) {
            return Class.forName("org.apache.kafka.common.utils.internals.Exit");
        }
    }

    private static void replace(final Class<?> exit, final String setter, final boolean ends)
            throws ReflectiveOperationException {
        for (final Method method : exit.getMethods()) {
            if (method.getName().equals(setter)) {
                final Class<?> type = method.getParameterTypes()[0];
                method.invoke(
                        null,
                        Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, called, of) -> {
                            if (ends) {
                                end((Integer) of[0]);
                            }
                            return null;
                        }));
            }
        }
    }

    private static void run(final String[] command) {
        final String[] arguments = new String[command.length - 1];
        System.arraycopy(command, 1, arguments, 0, arguments.length);
        exitCode = null;
        OUT.begin();
        ERR.begin();
        try {
            Class.forName(command[0]).getMethod("main", String[].class).invoke(null, (Object) arguments);
            ended(0);
        } catch (final InvocationTargetException e) {
            if (!(e.getCause() instanceof Ended)) {
                System.err.print("Exception in thread \"main\" ");
                e.getCause().printStackTrace();
            }
            ended(1);
        } catch (final ReflectiveOperationException e) {
            e.printStackTrace();
            ended(1);
        }
    }

    private static void end(final int code) {
        ended(code);
        throw new Ended();
    }

    /** The first time counts: a tool that catches everything ends twice here. */
    private static synchronized void ended(final int code) {
        if (exitCode == null) {
            exitCode = code;
            OUT.end();
            ERR.end();
        }
    }
}
