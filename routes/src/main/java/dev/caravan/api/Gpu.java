package dev.caravan.api;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first GPU, as its driver's tool tells it.
 *
 * @param name     for example {@code NVIDIA L4}
 * @param vramMiB  its memory
 */
public record Gpu(String name, long vramMiB) {

    private static final Logger LOG = LoggerFactory.getLogger(Gpu.class);

    public double vramGb() {
        return Math.round(vramMiB / 1024.0 * 10) / 10.0;
    }

    /** Asks {@code nvidia-smi}; takes up to a second where there is one, at most three. Empty where there is none. */
    public static Optional<Gpu> detect() {
        try {
            Process process = new ProcessBuilder(
                            "nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            String text = new String(process.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
            return process.exitValue() == 0 ? parse(text) : Optional.empty();
        } catch (IOException e) {
            LOG.debug("no nvidia-smi here: {}", e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Reads the first line of {@code name, MiB}. */
    static Optional<Gpu> parse(String text) {
        String line = text.lines().findFirst().orElse("");
        int comma = line.lastIndexOf(',');
        if (comma < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Gpu(
                    line.substring(0, comma).strip(),
                    Long.parseLong(line.substring(comma + 1).strip())));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
