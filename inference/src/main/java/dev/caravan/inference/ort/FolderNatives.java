package dev.caravan.inference.ort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Libraries of a folder that somebody chose: a build of one's own, one for another CUDA, an unpacked archive.
 *
 * @param library {@code libonnxruntime.so}, also with a version behind
 */
record FolderNatives(Path folder, Path library) implements OrtNatives {

    static FolderNatives of(Path folder) {
        String name = OrtNatives.fileName(OrtNatives.platform(), "onnxruntime");
        try (Stream<Path> files = Files.list(folder)) {
            Path library = files.filter(file -> file.getFileName().toString().matches("\\Q" + name + "\\E(\\.[0-9.]+)?"))
                    .min((a, b) -> Integer.compare(a.toString().length(), b.toString().length()))
                    .orElseThrow(() -> new OrtException(0,
                            folder + " holds no " + name + ": give a folder with ONNX Runtime 1.23 or newer"));
            return new FolderNatives(folder, library);
        } catch (IOException e) {
            throw new OrtException(0, folder + " cannot be read: give a folder with ONNX Runtime 1.23 or newer");
        }
    }

    @Override
    public String id() {
        return library.toString();
    }

    @Override
    public boolean hasCuda() {
        return Stream.of("onnxruntime_providers_shared", "onnxruntime_providers_cuda")
                .allMatch(name -> Files.isRegularFile(folder.resolve(OrtNatives.fileName(OrtNatives.platform(), name))));
    }

    @Override
    public Path library(Provider provider) {
        return library;
    }

    @Override
    public String toString() {
        return "ONNX Runtime of " + folder;
    }
}
