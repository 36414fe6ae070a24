package dev.caravan.inference.ort;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrtNativesTest {

    private static final byte[] MAIN = new byte[100_000];
    private static final String LINUX = "linux-x64";

    @TempDir
    private Path folder;

    @Test
    void librariesAreUnpackedOnceIntoAFolderNamedByVersionAndKind() throws IOException {
        OrtNatives natives = find(false, jar("cpu.jar", "1.29.0", "libonnxruntime.so")).orElseThrow();
        assertFalse(natives.hasCuda());
        Path library = natives.library(Provider.CPU);
        assertEquals(folder.resolve("natives/onnxruntime-1.29.0-linux-x64/libonnxruntime.so"), library);
        assertArrayEquals(MAIN, Files.readAllBytes(library));
        Object key = Files.readAttributes(library, BasicFileAttributes.class).fileKey();
        natives.library(Provider.CPU);
        assertEquals(key, Files.readAttributes(library, BasicFileAttributes.class).fileKey());
    }

    @Test
    void aLibraryCutOffIsUnpackedAgain() throws IOException {
        OrtNatives natives = find(false, jar("cpu.jar", "1.29.0", "libonnxruntime.so")).orElseThrow();
        Path library = natives.library(Provider.CPU);
        Files.write(library, new byte[10]);
        assertArrayEquals(MAIN, Files.readAllBytes(natives.library(Provider.CPU)));
    }

    @Test
    void severalMayUnpackAtOnce() throws Exception {
        OrtNatives natives = find(false, jar("cpu.jar", "1.29.0", "libonnxruntime.so")).orElseThrow();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Path>> work = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                work.add(() -> natives.library(Provider.CPU));
            }
            for (Future<Path> done : threads.invokeAll(work)) {
                assertArrayEquals(MAIN, Files.readAllBytes(done.get()));
            }
        }
        try (Stream<Path> left = Files.list(folder.resolve("natives/onnxruntime-1.29.0-linux-x64"))) {
            assertEquals(1, left.count());
        }
    }

    @Test
    void theJarWithCudaIsTakenWhenCudaIsWantedAndItsProviderUnpackedOnlyThen() throws IOException {
        URL[] jars = {
            jar("cpu.jar", "1.29.0", "libonnxruntime.so"),
            jar("gpu.jar", "1.28.0", "libonnxruntime.so", "libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so")
        };
        assertEquals("onnxruntime-1.29.0-linux-x64", find(false, jars).orElseThrow().id());
        OrtNatives natives = find(true, jars).orElseThrow();
        assertEquals("onnxruntime-gpu-1.28.0-linux-x64", natives.id());
        assertTrue(natives.hasCuda());
        Path provider = natives.library(Provider.CPU).resolveSibling("libonnxruntime_providers_cuda.so");
        assertFalse(Files.exists(provider));
        natives.library(Provider.CUDA);
        assertTrue(Files.exists(provider));
    }

    @Test
    void aSystemThatNoJarHasLibrariesForFindsNone() throws IOException {
        URL jar = jar("cpu.jar", "1.29.0", "libonnxruntime.so");
        assertEquals(Optional.empty(), JarNatives.find(loader(jar), "linux-riscv64", folder, false));
    }

    @Test
    void systemsHaveTheNamesOfTheJars() {
        assertEquals("linux-x64", OrtNatives.platform("Linux", "amd64"));
        assertEquals("linux-aarch64", OrtNatives.platform("Linux", "aarch64"));
        assertEquals("osx-aarch64", OrtNatives.platform("Mac OS X", "aarch64"));
        assertEquals("win-x64", OrtNatives.platform("Windows 11", "amd64"));
        assertEquals("onnxruntime.dll", OrtNatives.fileName("win-x64", "onnxruntime"));
        assertEquals("libonnxruntime.dylib", OrtNatives.fileName("osx-aarch64", "onnxruntime"));
    }

    @Test
    void aFolderNeedsTheLibraryAndForCudaBothProviders() throws IOException {
        assertThrows(OrtException.class, () -> OrtNatives.in(folder));
        assertThrows(OrtException.class, () -> OrtNatives.in(folder.resolve("absent")));
        String name = OrtNatives.fileName(OrtNatives.platform(), "onnxruntime");
        Path library = Files.createFile(folder.resolve(name + ".1"));
        Files.createFile(folder.resolve(OrtNatives.fileName(OrtNatives.platform(), "onnxruntime_providers_cuda")));
        assertEquals(library, OrtNatives.in(folder).library(Provider.CPU));
        assertFalse(OrtNatives.in(folder).hasCuda());
        Files.createFile(folder.resolve(OrtNatives.fileName(OrtNatives.platform(), "onnxruntime_providers_shared")));
        assertTrue(OrtNatives.in(folder).hasCuda());
    }

    @Test
    void whatALibraryNeedsIsReadFromItsFile() throws IOException {
        Path library = Ort.NATIVES.library(Provider.CPU);
        List<String> needed = ElfNeeded.of(library);
        assertTrue(needed.contains("libc.so.6"), needed::toString);
        Path cut = folder.resolve("cut.so");
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(library), 1000));
        assertThrows(IOException.class, () -> ElfNeeded.of(cut));
        Files.writeString(cut, "GROUP ( libm.so.6 ) and enough text to be as long as a header of sixty-four bytes");
        assertThrows(IOException.class, () -> ElfNeeded.of(cut));
    }

    private Optional<OrtNatives> find(boolean preferCuda, URL... jars) {
        return JarNatives.find(loader(jars), LINUX, folder.resolve("natives"), preferCuda);
    }

    private static ClassLoader loader(URL... jars) {
        return new URLClassLoader(jars, null);
    }

    private URL jar(String name, String version, String... libraries) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
        Path file = folder.resolve(name);
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file), manifest)) {
            for (String library : libraries) {
                jar.putNextEntry(new ZipEntry("ai/onnxruntime/native/" + LINUX + "/" + library));
                jar.write(MAIN);
            }
        }
        return file.toUri().toURL();
    }
}
