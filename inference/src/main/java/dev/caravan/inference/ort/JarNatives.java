package dev.caravan.inference.ort;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.Manifest;

/**
 * Libraries inside a jar of Microsoft's, unpacked once into a folder named by version and kind. Several programs may unpack at once: each
 * file is written aside and moved into place.
 *
 * @param root     address that resources of the jar are relative to
 * @param folder   what they are unpacked into
 */
record JarNatives(String root, String platform, String version, boolean hasCuda, Path folder) implements OrtNatives {

    private static final String SHARED = "onnxruntime_providers_shared";
    private static final String CUDA = "onnxruntime_providers_cuda";

    static Optional<OrtNatives> find(ClassLoader loader, String platform, Path unpackTo, boolean preferCuda) {
        String main = resource(platform, "onnxruntime");
        List<JarNatives> found = new ArrayList<>();
        try {
            for (URL url : Collections.list(loader.getResources(main))) {
                String root = url.toString().substring(0, url.toString().length() - main.length());
                boolean cuda = exists(root + resource(platform, CUDA));
                String version = version(root);
                found.add(new JarNatives(root, platform, version, cuda, unpackTo.resolve(id(cuda, version, platform))));
            }
        } catch (IOException e) {
            throw new OrtException(0, "the class path cannot be read: " + e.getMessage());
        }
        return found.stream().filter(natives -> natives.hasCuda() == preferCuda).findFirst()
                .or(() -> found.stream().findFirst())
                .map(natives -> natives);
    }

    @Override
    public String id() {
        return id(hasCuda, version, platform);
    }

    private static String id(boolean cuda, String version, String platform) {
        return "onnxruntime" + (cuda ? "-gpu-" : "-") + version + "-" + platform;
    }

    @Override
    public Path library(Provider provider) {
        try {
            Files.createDirectories(folder);
            if (provider == Provider.CUDA) {
                unpack(SHARED);
                unpack(CUDA);
            }
            return unpack("onnxruntime");
        } catch (IOException e) {
            throw new OrtException(0,
                    "ONNX Runtime could not be unpacked (" + e.getMessage() + "): is the disk full? --data DIR chooses another");
        }
    }

    private Path unpack(String library) throws IOException {
        Path file = folder.resolve(OrtNatives.fileName(platform, library));
        URLConnection connection = open(root + resource(platform, library));
        try (InputStream in = connection.getInputStream()) {
            long size = connection.getContentLengthLong();
            if (Files.isRegularFile(file) && Files.size(file) == size) {
                return file;
            }
            Path aside = Files.createTempFile(folder, library, ".part");
            try {
                Files.copy(in, aside, StandardCopyOption.REPLACE_EXISTING);
                Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(aside);
            }
            return file;
        }
    }

    private static String resource(String platform, String library) {
        return "ai/onnxruntime/native/" + platform + "/" + OrtNatives.fileName(platform, library);
    }

    private static boolean exists(String address) {
        try (InputStream in = open(address).getInputStream()) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String version(String root) {
        try (InputStream in = open(root + "META-INF/MANIFEST.MF").getInputStream()) {
            String version = new Manifest(in).getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
            return version == null ? "unversioned" : version;
        } catch (IOException e) {
            return "unversioned";
        }
    }

    /** Without the cache, which would keep the jar open. */
    private static URLConnection open(String address) throws IOException {
        URLConnection connection = URI.create(address).toURL().openConnection();
        connection.setUseCaches(false);
        return connection;
    }

    @Override
    public String toString() {
        return "ONNX Runtime " + version + (hasCuda ? " with CUDA" : "");
    }
}
