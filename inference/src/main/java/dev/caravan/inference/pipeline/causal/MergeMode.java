package dev.caravan.inference.pipeline.causal;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How an adapter gets into a transformer (spec models/lora.md §4). */
enum MergeMode {
    /** Into its weights, when it is loaded: costs nothing afterwards, and gigabytes on disk. */
    PERMANENT_MERGE,
    /** Beside its weights, added while it runs: streams may change how much of it, and each step costs more. */
    RUNTIME_PEFT,
    /** As the adapter that belongs to a model: into its weights, as it was trained, whatever scale is given. One at most. */
    MODULE_TARGETED;

    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<MergeMode> named(String wireName) {
        return Arrays.stream(values()).filter(mode -> mode.wireName().equals(wireName)).findFirst();
    }

    /** All of them, for a message. */
    static String wireNames() {
        return Arrays.stream(values()).map(MergeMode::wireName).collect(Collectors.joining(", "));
    }
}
