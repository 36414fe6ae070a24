package dev.caravan.inference.ort;

import java.nio.file.Path;
import java.util.Locale;

/** Where ONNX Runtime's native libraries come from: a folder, or a jar on the class path. Looking for them loads nothing. */
public sealed interface OrtNatives permits FolderNatives, JarNatives {

    /** Names them: the same id stands for the same libraries, wherever they are unpacked to. */
    String id();

    /** Whether the CUDA provider is among them. */
    boolean hasCuda();

    /**
     * The main library, ready to be loaded; what the provider needs lies beside it.
     *
     * @throws OrtException when it could not be unpacked
     */
    Path library(Provider provider);

    /**
     * Those of a folder.
     *
     * @throws OrtException when it holds no ONNX Runtime for this machine's system
     */
    static OrtNatives in(Path folder) {
        return FolderNatives.of(folder.toAbsolutePath().normalize());
    }

    /**
     * Those of the class path; of several jars one with the CUDA provider, when that is wanted.
     *
     * @param unpackTo folder that they are unpacked to once, below one of their own; need not exist
     * @throws OrtException when there are none for this machine's system
     */
    static OrtNatives onClassPath(Path unpackTo, boolean preferCuda) {
        return JarNatives.find(OrtNatives.class.getClassLoader(), platform(), unpackTo, preferCuda)
                .orElseThrow(() -> new OrtException(0, "no ONNX Runtime for " + platform()
                        + " is on the class path: give the folder of a build for it with --ort DIR"));
    }

    /** Name of this machine's system in the jars: {@code linux-x64}, {@code osx-aarch64}. */
    static String platform() {
        return platform(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /** As {@link #platform()} for a system and a processor as Java names them. */
    static String platform(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String system = os.contains("mac") ? "osx" : os.contains("win") ? "win" : os.contains("linux") ? "linux" : os.replace(' ', '-');
        String cpu = switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x64" -> "x64";
            case "aarch64", "arm64" -> "aarch64";
            default -> osArch;
        };
        return system + "-" + cpu;
    }

    /** File name of a library on a system: {@code libonnxruntime.so}, {@code onnxruntime.dll}. */
    static String fileName(String platform, String library) {
        return switch (platform.substring(0, platform.indexOf('-'))) {
            case "win" -> library + ".dll";
            case "osx" -> "lib" + library + ".dylib";
            default -> "lib" + library + ".so";
        };
    }
}
