package dev.caravan.processors.kafka;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One process that runs {@link BrokerProcess}. Closing ends it in order, then by force. */
final class BrokerChild implements AutoCloseable {

    private static final Duration ORDERLY = Duration.ofSeconds(9);

    private final Process process;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Thread reader;

    private BrokerChild(Process process, BrokerLog log) {
        this.process = process;
        this.reader = Thread.ofPlatform().name("kafka-broker-output").daemon().start(() -> read(log));
    }

    static BrokerChild launch(BrokerSettings settings, int port, int controllerPort, BrokerLog log) throws IOException {
        log.begin();
        ProcessBuilder builder = new ProcessBuilder(command(settings, port, controllerPort)).redirectErrorStream(true);
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return new BrokerChild(builder.start(), log);
    }

    private static List<String> command(BrokerSettings settings, int port, int controllerPort) {
        List<String> command = new ArrayList<>();
        if (File.separatorChar == '/') {
            // Ctrl-C reaches the whole process group. The broker must outlive the hub's last events, so it ignores the key and
            // ends when the hub does.
            command.addAll(List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + settings.heapMb() + "m",
                "-XX:MaxDirectMemorySize=64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-Dlog4j2.configurationFile=classpath:dev/caravan/processors/kafka/broker-log4j2.properties",
                "-cp",
                System.getProperty("java.class.path"),
                BrokerProcess.class.getName(),
                settings.dataFolder().toString(),
                Integer.toString(port),
                Integer.toString(controllerPort),
                Integer.toString(settings.partitions())));
        return command;
    }

    private void read(BrokerLog log) {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(BrokerProcess.READY)) {
                    ready.countDown();
                } else {
                    log.line(line);
                }
            }
        } catch (IOException ended) {
            // The process is gone; its end is seen by whoever watches it.
        }
    }

    boolean awaitReady(Duration limit) throws InterruptedException {
        return ready.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    boolean alive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Of a process that ended. The last lines it printed have been read when this returns. */
    int exitStatus() {
        try {
            reader.join(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return process.exitValue();
    }

    /** Without waiting for an order that it would not follow. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException gone) {
            // Then it has ended.
        }
        try {
            if (!process.waitFor(ORDERLY)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
