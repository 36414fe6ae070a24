package dev.caravan.api.assets;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.PictureFiles;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.processors.frames.FfmpegPictures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the pictures of the assets folder that parameters name, upright, and keeps those used last: a client may name one with every chunk.
 * One at a time, so that sessions which open large pictures together need the memory of one. Thread-safe.
 */
public final class AssetPictures implements PictureFiles {

    /** Pixels kept, in bytes: one of the largest pictures, or hundreds of the usual. */
    private static final int KEPT = 96 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(AssetPictures.class);
    private static final int SHOWN_CHARACTERS = 80;

    private final AssetFolder folder;
    private final FfmpegPictures decoder;
    private final int most;
    /** Oldest use first. */
    private final Map<Version, Picture.Rgb24> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long keptBytes;

    /** A file as it was when it was read. A replaced one is another. */
    private record Version(Path file, long bytes, long changed, Optional<Object> key) {}

    /** @param decoder its limits are those of pictures that are opened */
    public AssetPictures(AssetFolder folder, FfmpegPictures decoder) {
        this(folder, decoder, KEPT);
    }

    /** @param most bytes of pixels that are kept */
    AssetPictures(AssetFolder folder, FfmpegPictures decoder, int most) {
        this.folder = folder;
        this.decoder = decoder;
        this.most = most;
    }

    @Override
    public Picture.Rgb24 open(String path) throws PipelineException {
        Path file = folder.image(path)
                .orElseThrow(() -> refused("there is no picture " + shown(path) + " in the assets; upload it with POST /api/v1/assets first"));
        try {
            return open(file);
        } catch (BadPictureException e) {
            throw refused(shown(path) + " cannot be used: " + e.getMessage());
        } catch (IOException e) {
            throw refused(shown(path) + " cannot be read; upload it again");
        } catch (RuntimeException e) {
            LOG.warn("the decoder failed on the asset {}", file, e);
            throw refused(shown(path) + " cannot be decoded");
        } catch (OutOfMemoryError e) {
            // Of one large array that found no room nothing is left.
            throw refused(shown(path) + " finds no room in the hub's memory; upload it in a smaller size");
        }
    }

    private synchronized Picture.Rgb24 open(Path file) throws IOException, BadPictureException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Version version =
                new Version(file, now.size(), now.lastModifiedTime().toMillis(), Optional.ofNullable(now.fileKey()));
        Picture.Rgb24 known = kept.get(version);
        if (known != null) {
            return known;
        }
        Picture.Rgb24 picture = decoder.toUprightRgb24(decoder.probe().check(Optional.empty(), bytes(file, now.size())));
        keep(version, picture);
        return picture;
    }

    private byte[] bytes(Path file, long size) throws IOException, BadPictureException {
        int limit = decoder.limits().maxBytes();
        if (size > limit) {
            throw tooLarge(limit);
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(limit);
            if (in.read() >= 0) {
                throw tooLarge(limit); // it grew meanwhile
            }
            return bytes;
        }
    }

    private static BadPictureException tooLarge(int limit) {
        return new BadPictureException("it has more than " + (limit >> 20) + " MB");
    }

    private void keep(Version version, Picture.Rgb24 picture) {
        if (picture.bytes() > most) {
            return;
        }
        kept.put(version, picture);
        keptBytes += picture.bytes();
        for (Iterator<Picture.Rgb24> oldest = kept.values().iterator(); keptBytes > most; ) {
            keptBytes -= oldest.next().bytes();
            oldest.remove();
        }
    }

    /** The name alone, short and printable. */
    private static String shown(String path) {
        String name = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^\\x20-\\x7e]", "?");
        return name.length() <= SHOWN_CHARACTERS ? name : name.substring(0, SHOWN_CHARACTERS) + "...";
    }

    private static PipelineException refused(String message) {
        return new PipelineException(message, false);
    }
}
