package dev.caravan.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of our class path in a JVM of its own, with the options of this one. Ends with this JVM at the latest. */
final class JvmProcess implements AutoCloseable {

    private final Process process;
    private final Path output;
    private final Thread atExit;

    /** @param output what the program writes goes there */
    JvmProcess(Class<?> main, List<String> arguments, Path output) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-agent") && !option.startsWith("-javaagent"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        this.output = output;
        try {
            File file = output.toFile();
            process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(file).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        atExit = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Processor time it has used since its start, all threads together. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow(() ->
                new IllegalStateException("this system does not tell the processor time of another process"));
    }

    /** The last lines it wrote, for people. */
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(output);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException e) {
            return "(its output cannot be read)";
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        if (!process.isAlive()) {
            Runtime.getRuntime().removeShutdownHook(atExit);
        }
    }
}
