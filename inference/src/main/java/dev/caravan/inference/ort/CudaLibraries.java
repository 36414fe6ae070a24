package dev.caravan.inference.ort;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * NVIDIA's libraries that a CUDA provider was built for. They are loaded here one by one, so that the missing one can be named; those
 * beside the provider win over the system's. Which CUDA it is the provider's own file says.
 *
 * @param cudart name of the runtime library, for example {@code libcudart.so.13}
 */
record CudaLibraries(String cudart) {

    /** Wanted for convolutions; some builds load it by themselves, late. */
    private static final String CUDNN = "libcudnn.so.9";

    /**
     * Loads them.
     *
     * @param library the main library of ONNX Runtime, with the provider beside it
     * @throws OrtException with one line that names the missing ones and what to do
     */
    static CudaLibraries load(Path library) {
        Path folder = library.getParent();
        List<String> wanted = wanted(folder.resolve(OrtNatives.fileName(OrtNatives.platform(), "onnxruntime_providers_cuda")));
        List<String> missing = wanted.stream().filter(name -> !loads(folder, name)).toList();
        Optional<String> cudart = wanted.stream().filter(name -> name.contains("cudart")).findFirst();
        if (!missing.isEmpty()) {
            throw new OrtException(0, "these natives are for CUDA " + cudart.map(CudaLibraries::major).orElse("?") + " and "
                    + String.join(", ", missing) + " cannot be loaded: install it, or add its folder to LD_LIBRARY_PATH");
        }
        return new CudaLibraries(cudart.orElseThrow(() ->
                new OrtException(0, "the CUDA provider wants no libcudart: its build is unknown")));
    }

    private static List<String> wanted(Path provider) {
        try {
            List<String> wanted = new ArrayList<>(ElfNeeded.of(provider).stream()
                    .filter(name -> name.startsWith("libcu") || name.startsWith("libnv"))
                    .toList());
            if (!wanted.contains(CUDNN)) {
                wanted.add(CUDNN);
            }
            return wanted;
        } catch (IOException e) {
            throw new OrtException(0, provider.getFileName() + " cannot be read: " + e.getMessage());
        }
    }

    private static boolean loads(Path folder, String name) {
        Path beside = folder.resolve(name);
        try {
            if (Files.isRegularFile(beside)) {
                SymbolLookup.libraryLookup(beside, Arena.global());
            } else {
                SymbolLookup.libraryLookup(name, Arena.global());
            }
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String major(String soname) {
        return soname.substring(soname.lastIndexOf('.') + 1);
    }
}
