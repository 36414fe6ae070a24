package dev.caravan.inference.pipeline;

/**
 * An adapter that a pipeline was loaded with, as clients see it (contract §1.2).
 *
 * @param path      absolute, as the listing of adapters has it; sessions name it so in {@code lora_scales}
 * @param scale     it was loaded with
 * @param mergeMode {@code permanent_merge}, {@code runtime_peft} or {@code module_targeted}; only the second follows {@code lora_scales}
 */
public record LoadedAdapter(String path, double scale, String mergeMode) {}
