package dev.caravan;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * What is running.
 *
 * @param version as in the build
 * @param commit  short hash of the source, or a text that begins with {@code unknown}
 */
public record BuildInfo(String version, String commit) {

    /** Where the launcher tells the commit it built from. */
    static final String COMMIT_VARIABLE = "CARAVAN_GIT_COMMIT";

    /** Reads the build's version, and the commit from the launcher or from the checkout the classes lie in. */
    public static BuildInfo detect() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new IllegalStateException("build.properties cannot be read", e);
        }
        String told = System.getenv().getOrDefault(COMMIT_VARIABLE, "");
        return new BuildInfo(properties.getProperty("version", "unknown"), told.isBlank() ? ofCheckout() : told.strip());
    }

    private static String ofCheckout() {
        return checkout().map(BuildInfo::head).orElse("unknown (not a git repository)");
    }

    /** The nearest folder above the classes that git made. */
    private static Optional<Path> checkout() {
        try {
            var source = BuildInfo.class.getProtectionDomain().getCodeSource();
            Path folder = source == null ? null : Path.of(source.getLocation().toURI());
            while (folder != null && !Files.exists(folder.resolve(".git"))) {
                folder = folder.getParent();
            }
            return Optional.ofNullable(folder);
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String head(Path checkout) {
        try {
            Process git = new ProcessBuilder("git", "rev-parse", "--short", "HEAD")
                    .directory(checkout.toFile())
                    .redirectErrorStream(true)
                    .start();
            if (!git.waitFor(2, TimeUnit.SECONDS)) {
                git.destroyForcibly();
                return "unknown (git error)";
            }
            String text = new String(git.getInputStream().readNBytes(200), StandardCharsets.UTF_8).strip();
            return git.exitValue() == 0 ? text : "unknown (git error)";
        } catch (IOException e) {
            return "unknown (git not installed)";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}
