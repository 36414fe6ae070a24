package dev.caravan.processors.webrtc.libwebrtc;

import dev.onvoid.webrtc.RTCPeerConnection;
import dev.onvoid.webrtc.internal.NativeObject;
import dev.onvoid.webrtc.media.video.NativeI420Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops native references that webrtc-java 0.14.0 never drops: those of connections, of senders that {@code addTrack} returned, of data
 * channels and of own tracks (upstream issue 239; about 150 kB a connection).
 *
 * <p>Such an object keeps the address of a reference-counted native object in a private field. {@link NativeI420Buffer#release()} drops
 * one reference of the object at the address in its own field, and all these types count alike; so a small buffer is lent the address
 * for one call. A second release of the same reference is fatal: this works for exactly that version and is switched off for any other.
 */
final class NativeReferences {

    private static final Logger LOG = LoggerFactory.getLogger(NativeReferences.class);
    private static final String VERSION = "0.14.0";
    private static final String POM = "/META-INF/maven/dev.onvoid.webrtc/webrtc-java/pom.properties";

    private static final @Nullable Field HANDLE = handleField();

    private NativeReferences() {}

    /** Whether references have to be and can be dropped here; otherwise {@code close} and {@code dispose} are all there is. */
    static boolean leak() {
        return HANDLE != null;
    }

    /** The address behind an object that is still open; 0 when {@link #leak()} is false. */
    static long address(NativeObject object) {
        try {
            return HANDLE == null ? 0 : HANDLE.getLong(object);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Drops one reference of the object at an address; nothing for address 0. */
    static void release(long address) {
        if (address == 0 || HANDLE == null) {
            return;
        }
        NativeI420Buffer lender = NativeI420Buffer.allocate(2, 2);
        try {
            long own = HANDLE.getLong(lender);
            HANDLE.setLong(lender, address);
            lender.release();
            HANDLE.setLong(lender, own);
            lender.release();
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Field handleField() {
        Optional<String> version = version();
        if (!version.equals(Optional.of(VERSION))) {
            LOG.info("webrtc-java is {}, not {}: native references are left to it", version.orElse("of unknown version"), VERSION);
            return null;
        }
        try {
            Field field = NativeObject.class.getDeclaredField("nativeHandle");
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.warn("webrtc-java {} will leak about 150 kB a connection: {}", VERSION, e.toString());
            return null;
        }
    }

    private static Optional<String> version() {
        try (InputStream in = RTCPeerConnection.class.getResourceAsStream(POM)) {
            if (in == null) {
                return Optional.empty();
            }
            Properties properties = new Properties();
            properties.load(in);
            return Optional.ofNullable(properties.getProperty("version"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
