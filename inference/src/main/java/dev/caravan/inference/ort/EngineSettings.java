package dev.caravan.inference.ort;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What an {@link Engine} is made with.
 *
 * @param natives folder with the native libraries; those of the class path when empty
 * @param data    folder that libraries of the class path are unpacked below, into {@code natives}
 * @param threads of one run on the CPU, at least 1
 */
public record EngineSettings(DeviceRequest device, Optional<Path> natives, Path data, int threads) {

    /** As many threads as there are cores, whatever device there is. */
    public static EngineSettings in(Path data) {
        return new EngineSettings(DeviceRequest.AUTO, Optional.empty(), data, Runtime.getRuntime().availableProcessors());
    }
}
