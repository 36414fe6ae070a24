package dev.caravan;

import dev.caravan.processors.webrtc.libwebrtc.ProcessFigures;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The hub as it runs at its users: in a JVM of its own, on a free port, with the options of the launcher. */
final class HubProcess implements AutoCloseable {

    /** How long a hub may take to come up, broker included, on a busy machine. */
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    /** How long it may take to go: routes have 10 s, the broker 12 s. */
    static final Duration STOP_LIMIT = Duration.ofSeconds(30);

    private static final int LINES_KEPT = 40;
    private static final String PAGE = "  page    ";

    private final Process process;
    private final CompletableFuture<URI> page = new CompletableFuture<>();
    private final Deque<String> lines = new ArrayDeque<>();

    private HubProcess(Process process) {
        this.process = process;
        Thread.ofPlatform().name("hub-output").daemon().start(this::read);
    }

    /** Starts one and returns when its port is open. */
    static HubProcess start(Path data, List<String> jvm, String... flags) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Djava.awt.headless=true"));
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Caravan.class.getName()));
        command.addAll(List.of("--port=0", "-N", "--data=" + data));
        command.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        HubProcess hub = new HubProcess(builder.start());
        try {
            hub.page.get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
            return hub;
        } catch (Exception e) {
            hub.close();
            throw new AssertionError("the hub did not start:\n" + hub.lastWords(), e);
        }
    }

    URI uri() {
        return page.join();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** The broker it started; it has no other children. */
    ProcessHandle broker() {
        return process.descendants().findFirst().orElseThrow(() -> new AssertionError("no broker\n" + lastWords()));
    }

    /** What {@code kill} without a number sends: the hub has to end in order. */
    void terminate() {
        process.destroy();
    }

    /** What {@code kill -9} sends. */
    void kill() {
        process.destroyForcibly();
    }

    /** Its exit status. */
    int awaitEnd() throws InterruptedException {
        if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the hub still runs after " + STOP_LIMIT + "\n" + lastWords());
        }
        return process.exitValue();
    }

    /** Threads, descriptors and resident memory after garbage is collected and native memory given back. */
    ProcessFigures figuresAfterCleaning() throws Exception {
        for (int i = 0; i < 2; i++) { // the second time, what finalisers and cleaners of the first let go
            jcmd("GC.run");
            jcmd("System.trim_native_heap");
        }
        return ProcessFigures.of(process.pid());
    }

    /** Asks the running JVM something. */
    String jcmd(String... command) throws Exception {
        List<String> all = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(process.pid())));
        all.addAll(List.of(command));
        Process tool = new ProcessBuilder(all).redirectErrorStream(true).start();
        String answer = new String(tool.getInputStream().readAllBytes());
        if (tool.waitFor() != 0) {
            throw new AssertionError(String.join(" ", all) + ": " + answer);
        }
        return answer;
    }

    /** The last lines it printed, for people. */
    String lastWords() {
        synchronized (lines) {
            return String.join("\n", lines);
        }
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                synchronized (lines) {
                    lines.addLast(line);
                    if (lines.size() > LINES_KEPT) {
                        lines.removeFirst();
                    }
                }
                if (line.startsWith(PAGE)) {
                    page.complete(URI.create(line.substring(PAGE.length()).strip()));
                }
            }
        } catch (IOException ended) {
            // What a killed process leaves of its output.
        } finally {
            page.completeExceptionally(new IllegalStateException("it ended"));
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
