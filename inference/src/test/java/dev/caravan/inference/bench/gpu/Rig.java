package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.bench.MatrixPeak;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtNatives;
import dev.caravan.inference.ort.OrtRuntime;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import java.nio.file.Path;

/**
 * What checks have to work with.
 *
 * @param device    that is checked
 * @param reference the CPU, where fp32 is right
 * @param sizes     true ones on a GPU, tiny ones where the checks themselves are tried
 * @param folder    for files
 */
record Rig(OrtNatives natives, OrtRuntime runtime, Device device, Device reference, Sizes sizes, Path folder) implements AutoCloseable {

    /** @throws dev.caravan.inference.ort.OrtException with one line when natives or provider cannot be loaded */
    static Rig open(OrtNatives natives, Provider provider, Sizes sizes, Path folder) {
        OrtRuntime runtime = OrtRuntime.load(natives, provider);
        Device reference = runtime.cpu(Runtime.getRuntime().availableProcessors());
        try {
            Device device = provider == Provider.CUDA ? runtime.cuda() : runtime.cpu(1);
            return new Rig(natives, runtime, device, reference, sizes, folder);
        } catch (RuntimeException e) {
            reference.close();
            runtime.close();
            throw e;
        }
    }

    boolean cuda() {
        return device.provider() == Provider.CUDA;
    }

    /** Element type that the engine computes in on the device. */
    DType compute() {
        return MatrixPeak.type(device);
    }

    Path file(String name) {
        return folder.resolve(name + ".safetensors");
    }

    @Override
    public void close() {
        device.close();
        reference.close();
        runtime.close();
    }
}
