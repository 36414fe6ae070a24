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
     * Looks at what is there without loading ONNX Runtime.
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
        Optional<String> missing = missingForCuda(natives);
        if (missing.isPresent() && settings.device() == DeviceRequest.CUDA) {
            throw new IllegalArgumentException("--device cuda: " + missing.get());
        }
        return missing.map(reason -> cpu(natives, reason))
                .orElseGet(() -> new Acceleration(Provider.CUDA, Optional.of(natives), "CUDA: " + natives));
    }

    private static Acceleration cpu(OrtNatives natives, String reason) {
        return new Acceleration(Provider.CPU, Optional.of(natives), "CPU: " + reason);
    }

    private static Optional<String> missingForCuda(OrtNatives natives) {
        if (!natives.hasCuda()) {
            return Optional.of("the natives have no CUDA provider (build with --device cuda or give --ort DIR)");
        }
        return Optional.of("CUDA is not bound yet");
    }
}
