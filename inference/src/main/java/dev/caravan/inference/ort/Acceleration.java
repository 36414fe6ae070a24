package dev.caravan.inference.ort;

import java.util.Optional;

/**
 * What models will run on, and why.
 *
 * @param natives the libraries that will be loaded; empty where there are none for this machine
 * @param line    one line for a person: {@code CPU: the natives have no CUDA provider (...)}
 */
public record Acceleration(Provider provider, Optional<OrtNatives> natives, String line) {

    /**
     * Looks at what is there without loading ONNX Runtime. CUDA is chosen where the natives have it and a driver shows a GPU.
     *
     * @throws IllegalArgumentException with one line when CUDA was asked for and cannot be had, or the folder named holds no natives
     */
    public static Acceleration choose(EngineSettings settings) {
        OrtNatives natives;
        try {
            natives = settings.natives().map(OrtNatives::in).orElseGet(() ->
                    OrtNatives.onClassPath(settings.data().resolve("natives"), settings.device() != DeviceRequest.CPU));
        } catch (OrtException e) {
            if (settings.natives().isPresent() || settings.device() == DeviceRequest.CUDA) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
            // A hub that passes pictures on needs no models.
            return new Acceleration(Provider.CPU, Optional.empty(), "nothing: " + e.getMessage());
        }
        if (settings.device() == DeviceRequest.CPU) {
            return cpu(natives, "as asked, " + settings.threads() + " threads");
        }
        try {
            if (!natives.hasCuda()) {
                throw new OrtException(0, "the natives have no CUDA provider (build with --device cuda or give --ort DIR)");
            }
            return new Acceleration(Provider.CUDA, Optional.of(natives), "CUDA: " + CudaDriver.find() + ", " + natives);
        } catch (OrtException e) {
            if (settings.device() == DeviceRequest.CUDA) {
                throw new IllegalArgumentException("--device cuda: " + e.getMessage(), e);
            }
            return cpu(natives, e.getMessage());
        }
    }

    /** The CPU in place of a CUDA that could not be loaded. */
    Acceleration withoutCuda(OrtException reason) {
        return new Acceleration(Provider.CPU, natives, "CPU: " + reason.getMessage());
    }

    private static Acceleration cpu(OrtNatives natives, String reason) {
        return new Acceleration(Provider.CPU, Optional.of(natives), "CPU: " + reason);
    }
}
