package dev.caravan.inference.golden;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtNatives;
import dev.caravan.inference.ort.OrtRuntime;
import dev.caravan.inference.ort.Provider;
import java.nio.file.Path;

/** The processor of the machine that runs the tests, as a device: one for the whole JVM. */
public final class Ort {

    /** What the class path has, unpacked once per build folder. */
    public static final OrtNatives NATIVES = OrtNatives.onClassPath(Path.of("target", "natives").toAbsolutePath(), false);

    private static final Device CPU = OrtRuntime.load(NATIVES, Provider.CPU).cpu(2);

    private Ort() {}

    public static Device cpu() {
        return CPU;
    }
}
