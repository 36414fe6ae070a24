package dev.caravan.api.keys;

import dev.caravan.config.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens the hub has: those of its settings, which cannot be changed while it runs, else those stored in its data folder, each in a
 * file that only its owner may read. Thread-safe; the methods touch the disk.
 */
public final class ServiceTokens {

    /** No service has longer ones. */
    public static final int LONGEST = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(ServiceTokens.class);

    private final Path folder;
    private final Map<Service, Secret> given;

    /**
     * @param folder where tokens are stored; need not exist
     * @param given  of the settings
     */
    public ServiceTokens(Path folder, Map<Service, Secret> given) {
        this.folder = folder;
        this.given = Map.copyOf(given);
    }

    /** Whether this text can be a token: printable ASCII without spaces, so that it fits into a header or an address. */
    public static boolean isToken(String text) {
        return text.matches("[!-~]{1," + LONGEST + "}");
    }

    /** The one to use now. */
    public Optional<String> find(Service service) {
        return Optional.ofNullable(given.get(service)).map(Secret::value).or(() -> stored(service));
    }

    /** Whether it comes from the settings, so that it can be neither changed nor removed here. */
    public boolean isGiven(Service service) {
        return given.containsKey(service);
    }

    /** @param token one that {@link #isToken} accepts */
    public synchronized void store(Service service, String token) throws IOException {
        Files.createDirectories(folder);
        // Its permissions are set when it is made: later would be too late.
        Path partial = Files.createTempFile(folder, "." + service.file() + "-", ".part", ownerOnly());
        try {
            Files.writeString(partial, token);
            Files.move(partial, folder.resolve(service.file()), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    /** @return whether there was a stored one */
    public synchronized boolean remove(Service service) throws IOException {
        return Files.deleteIfExists(folder.resolve(service.file()));
    }

    private Optional<String> stored(Service service) {
        Path file = folder.resolve(service.file());
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > 2L * LONGEST) {
                return Optional.empty();
            }
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip()).filter(ServiceTokens::isToken);
        } catch (FileSystemException e) {
            LOG.warn("The stored {} token cannot be read: {}", service.title(), String.valueOf(e.getReason()));
        } catch (IOException e) {
            LOG.warn("The stored {} token cannot be read", service.title());
        }
        return Optional.empty();
    }

    private FileAttribute<?>[] ownerOnly() {
        boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))}
                : new FileAttribute<?>[0];
    }
}
