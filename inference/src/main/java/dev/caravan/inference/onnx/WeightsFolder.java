package dev.caravan.inference.onnx;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/** The folder that all files with weights of one model lie in or below: ONNX Runtime takes locations relative to one folder only. */
final class WeightsFolder {

    private WeightsFolder() {}

    static Optional<Path> of(Collection<Initializer> initializers) {
        Path common = null;
        for (Initializer initializer : initializers) {
            if (initializer instanceof Initializer.External external) {
                Path folder = external.file().getParent();
                common = common == null ? folder : common(common, folder);
            }
        }
        return Optional.ofNullable(common);
    }

    private static Path common(Path a, Path b) {
        Path candidate = a;
        while (candidate != null && !b.startsWith(candidate)) {
            candidate = candidate.getParent();
        }
        if (candidate == null) {
            throw new IllegalArgumentException("weights lie on different file systems");
        }
        return candidate;
    }
}
