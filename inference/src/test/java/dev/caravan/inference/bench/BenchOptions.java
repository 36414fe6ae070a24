package dev.caravan.inference.bench;

import dev.caravan.inference.ort.DeviceRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What was typed behind {@code ./caravan bench inference} or {@code ./caravan bench gpu}.
 *
 * @param natives   folder with the native libraries; those of the class path when empty
 * @param folder    for weights that are made; a temporary one when empty
 * @param trueSize  whether the whole 1.3B model is run on the CPU too
 * @param pipelines whether a check runs all pipelines at true sizes
 */
public record BenchOptions(
        DeviceRequest device, Optional<Path> natives, Optional<Path> folder, boolean trueSize, boolean pipelines, boolean help) {

    /** @throws IllegalArgumentException with one line for the person who typed it */
    public static BenchOptions parse(List<String> arguments, DeviceRequest otherwise) {
        DeviceRequest device = otherwise;
        Optional<Path> natives = Optional.empty();
        Optional<Path> folder = Optional.empty();
        boolean trueSize = false;
        boolean pipelines = false;
        boolean help = false;
        for (int i = 0; i < arguments.size(); i++) {
            String[] words = arguments.get(i).split("=", 2);
            switch (words[0]) {
                case "--true-size" -> trueSize = true;
                case "--pipelines" -> pipelines = true;
                case "--help", "-h" -> help = true;
                case "--device", "--ort", "--folder" -> {
                    String value = words.length == 2 ? words[1] : ++i < arguments.size() ? arguments.get(i) : "";
                    if (value.isEmpty()) {
                        throw new IllegalArgumentException(words[0] + " wants a value");
                    }
                    switch (words[0]) {
                        case "--device" -> device = device(value);
                        case "--ort" -> natives = Optional.of(Path.of(value).toAbsolutePath());
                        default -> folder = Optional.of(Path.of(value).toAbsolutePath());
                    }
                }
                default -> {
                    if (words[0].startsWith("-") || natives.isPresent()) {
                        throw new IllegalArgumentException("unknown option " + arguments.get(i) + "; see --help");
                    }
                    natives = Optional.of(Path.of(words[0]).toAbsolutePath());
                }
            }
        }
        return new BenchOptions(device, natives, folder, trueSize, pipelines, help);
    }

    /** Where libraries of the class path are unpacked: the launcher names the build folder. */
    public static Path build() {
        return Path.of(System.getProperty("caravan.build", "target")).toAbsolutePath();
    }

    private static DeviceRequest device(String name) {
        try {
            return DeviceRequest.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--device takes auto, cuda or cpu; " + name + " given", e);
        }
    }
}
