package dev.caravan.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;

/** A secret in a file of its own, as Kubernetes and Compose hand them out. */
final class SecretFile {

    private static final int MAX_BYTES = 64 * 1024;

    private SecretFile() {}

    /** What it holds, without the line feed most editors leave at its end. Never says anything of it in a complaint. */
    static Given read(Given file) throws ConfigException {
        try (InputStream in = Files.newInputStream(file.path())) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            String secret = new String(bytes, StandardCharsets.UTF_8).strip();
            if (secret.isEmpty() || bytes.length > MAX_BYTES) {
                throw new ConfigException(file.place() + ": " + file.text() + (secret.isEmpty() ? " is empty" : " is too long")
                        + ", name a file with the secret alone");
            }
            return new Given(secret, file.place());
        } catch (IOException | InvalidPathException e) {
            throw new ConfigException(file.place() + ": " + file.text() + " cannot be read; name a file that is there and readable");
        }
    }
}
