package dev.caravan.inference.golden;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The processor of the machine that runs the tests, as a device: one for the whole JVM. */
public final class Ort {

    private static final Device CPU = load();

    private Ort() {}

    public static Device cpu() {
        return CPU;
    }

    private static Device load() {
        try (InputStream in = Ort.class.getResourceAsStream("/ai/onnxruntime/native/linux-x64/libonnxruntime.so")) {
            Path library = Files.createTempDirectory("ort").resolve("libonnxruntime.so");
            Files.copy(in, library);
            library.toFile().deleteOnExit();
            library.getParent().toFile().deleteOnExit();
            return OrtRuntime.load(library).cpu(2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
