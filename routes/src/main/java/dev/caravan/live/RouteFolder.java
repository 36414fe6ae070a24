package dev.caravan.live;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The folder as it is now. Links are followed, so that one that is swapped (a Kubernetes ConfigMap) is a change; hidden files, folders,
 * pipes and whatever editors leave beside a file are not looked at.
 */
final class RouteFolder {

    /** Far more than anybody writes by hand. */
    static final int MAX_BYTES = 1 << 20;

    private final Path folder;

    RouteFolder(Path folder) {
        this.folder = folder;
    }

    /** What a file holds: bytes, or the reason why they are not to be had. */
    sealed interface Content {

        record Bytes(byte[] bytes) implements Content {}

        record Unreadable(String reason) implements Content {}

        /** Whether two readings found the same. */
        default boolean same(@Nullable Content other) {
            return this instanceof Bytes(byte[] mine) && other instanceof Bytes(byte[] others)
                    ? Arrays.equals(mine, others)
                    : equals(other);
        }
    }

    /**
     * The route files by name.
     *
     * @throws IOException when the folder itself cannot be read: then nothing is known, which is not the same as an empty folder
     */
    SortedMap<String, Content> read() throws IOException {
        SortedMap<String, Content> found = new TreeMap<>();
        for (Path file : files()) {
            try {
                found.put(file.getFileName().toString(), read(file));
            } catch (NoSuchFileException e) {
                // Gone since it was listed.
            } catch (IOException e) {
                found.put(file.getFileName().toString(), new Content.Unreadable("the file cannot be read: may the hub read it?"));
            }
        }
        return found;
    }

    /** Something that differs when a file has changed, without reading it; good enough to know when to {@link #read}. */
    Map<String, String> stamps() throws IOException {
        Map<String, String> stamps = new TreeMap<>();
        for (Path file : files()) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                stamps.put(
                        file.getFileName().toString(),
                        attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey());
            } catch (IOException e) {
                // Gone, or not to be read: the reading will tell.
            }
        }
        return stamps;
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            for (Path file : all) {
                String name = file.getFileName().toString();
                if (!name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml")) && Files.isRegularFile(file)) {
                    files.add(file);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return files;
    }

    private static Content read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            return bytes.length > MAX_BYTES
                    ? new Content.Unreadable("the file is larger than " + (MAX_BYTES >> 20) + " MiB, which no route file may be")
                    : new Content.Bytes(bytes);
        }
    }
}
