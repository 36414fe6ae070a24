package dev.caravan.inference.bench.gpu;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which kernel attention got: ONNX Runtime tells on standard output when an environment variable asks, so a process of its own runs it. */
final class FlashCheck {

    static final String CHILD = "--attend";
    private static final String VARIABLE = "ORT_ENABLE_ATTENTION_KERNEL_DEBUG_INFO";
    private static final String KERNEL = "SdpaKernel=";

    private FlashCheck() {}

    static String flash(Rig rig) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), GpuCheck.class.getName(), CHILD, rig.device().provider().name(),
                rig.natives().library(rig.device().provider()).getParent().toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(VARIABLE, "1");
        Process child = builder.start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = child.waitFor();
        Check.require(status == 0, "the process that runs it ended with " + status + ": " + lastLine(said));
        return kernels(said, rig.cuda());
    }

    /** @throws Check.Failed when it says nothing of attention, or of one that is not flash */
    static String kernels(String said, boolean cuda) throws Check.Failed {
        List<String> lines = said.lines().filter(line -> line.contains(KERNEL)).distinct().toList();
        if (!cuda) {
            return "the CPU has one kernel only";
        }
        Check.require(!lines.isEmpty(), VARIABLE + "=1 made it say nothing of kernels");
        for (String line : lines) {
            Check.require(line.contains("FLASH_ATTENTION"), line.strip());
        }
        return lines.size() + " kinds of attention, all flash: " + lines.getFirst().strip();
    }

    private static String lastLine(String text) {
        return text.lines().filter(line -> !line.isBlank()).reduce((before, line) -> line).orElse("it said nothing");
    }
}
