package dev.caravan.inference.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterMergeTest {

    private static final Object CAT = List.of(Map.of("text", "cat", "weight", 1.0));
    private static final Object DOG = List.of(Map.of("text", "dog", "weight", 1.0));
    private static final Object TO_DOG =
            Map.of("target_prompts", DOG, "num_steps", 8, "temporal_interpolation_method", "linear");

    @Test
    void theLastValueWinsAndOtherKeysStay() {
        assertEquals(
                Map.of("noise_scale", 0.9, "manage_cache", true, "paused", false),
                ParameterTable.merge(Map.of("noise_scale", 0.1, "manage_cache", true), Map.of("noise_scale", 0.9, "paused", false)));
    }

    @Test
    void aTransitionWinsOverThePromptsItCameWith() {
        assertEquals(
                Map.of("prompts", CAT, "transition", TO_DOG),
                ParameterTable.merge(Map.of("prompts", CAT), Map.of("prompts", DOG, "transition", TO_DOG)));
    }

    @Test
    void promptsThatComeWithTheFirstTransitionAreWhereItStarts() {
        assertEquals(
                Map.of("prompts", CAT, "transition", TO_DOG),
                ParameterTable.merge(Map.of(), Map.of("prompts", CAT, "transition", TO_DOG)));
    }

    @Test
    void laterPromptsCancelATransition() {
        Map<String, Object> moving = Map.of("prompts", CAT, "transition", TO_DOG);
        assertEquals(Map.of("prompts", CAT), ParameterTable.merge(moving, Map.of("prompts", CAT)));
        assertEquals(
                Map.of("prompts", CAT, "transition", TO_DOG, "noise_scale", 0.5),
                ParameterTable.merge(moving, Map.of("noise_scale", 0.5)));
    }

    @Test
    void afterAChunkTheTargetsOfATransitionAreThePrompts() {
        assertEquals(Map.of("prompts", DOG), ParameterTable.afterChunk(Map.of("prompts", CAT, "transition", TO_DOG)));
    }

    @Test
    void oneShotsWaitForAChunkAndAreGoneAfterIt() {
        Map<String, Object> waiting = ParameterTable.merge(
                Map.of("reset_cache", true, "vace_ref_images", List.of("/a"), "noise_scale", 0.5),
                Map.of("reset_cache", false, "images", List.of("/b"), "first_frame_image", "/c", "last_frame_image", "/d"));
        assertEquals(
                Map.of("reset_cache", true, "vace_ref_images", List.of("/a"), "images", List.of("/b"),
                        "first_frame_image", "/c", "last_frame_image", "/d", "noise_scale", 0.5),
                waiting);
        assertEquals(Map.of("noise_scale", 0.5), ParameterTable.afterChunk(waiting));
    }

    @Test
    void scalesOfDifferentAdaptersAddUpToABound() {
        Map<String, Object> merged = ParameterTable.merge(
                Map.of("lora_scales", List.of(scale("/a", 1), scale("/b", 1))), Map.of("lora_scales", List.of(scale("/a", 2))));
        assertEquals(List.of(scale("/b", 1), scale("/a", 2)), merged.get("lora_scales"));
        for (int i = 0; i < 1_000; i++) {
            merged = ParameterTable.merge(merged, Map.of("lora_scales", List.of(scale("/" + i, 1))));
        }
        List<?> waiting = (List<?>) merged.get("lora_scales");
        assertEquals(100, waiting.size());
        assertEquals(scale("/999", 1), waiting.getLast());
    }

    @Test
    void mouseMovesAddUpUntilAChunkUsesThemAndButtonsAreTheLatestSet() {
        Map<String, Object> merged = ParameterTable.merge(Map.of(), input(List.of("KeyW"), List.of(1.0, 2.0)));
        merged = ParameterTable.merge(merged, input(List.of("KeyA"), List.of(10.0, 20.0)));
        assertEquals(input(List.of("KeyA"), List.of(11.0, 22.0)), merged);
        merged = ParameterTable.merge(merged, Map.of("ctrl_input", Map.of("mouse", List.of(1.0, 0.0))));
        assertEquals(input(List.of("KeyA"), List.of(12.0, 22.0)), merged);
        merged = ParameterTable.afterChunk(merged);
        assertEquals(input(List.of("KeyA"), List.of(0.0, 0.0)), merged, "a held key stays held");
        merged = ParameterTable.afterChunk(ParameterTable.merge(merged, Map.of("ctrl_input", Map.of("button", List.of()))));
        assertEquals(Map.of(), merged);
    }

    @Test
    void inventedKeysCannotFillASessionsMemory() {
        Map<String, Object> merged = Map.of("noise_scale", 0.5);
        for (int i = 0; i < 1_000; i++) {
            merged = ParameterTable.merge(merged, Map.of("invented" + i, i));
        }
        assertEquals(ParameterTable.MAX_KEYS + 1, merged.size());
        assertTrue(merged.containsKey("invented999"));
        assertFalse(merged.containsKey("invented799"));
        assertEquals(0.5, merged.get("noise_scale"));
    }

    @Test
    void aKeySetAgainCountsAsNew() {
        Map<String, Object> merged = Map.of("invented0", 0);
        for (int i = 1; i < 400; i++) {
            merged = ParameterTable.merge(merged, Map.of("invented" + i, i));
            merged = ParameterTable.merge(merged, Map.of("invented0", i));
        }
        assertEquals(399, merged.get("invented0"));
    }

    @Test
    void mergedParametersCannotBeChanged() {
        Map<String, Object> merged = ParameterTable.merge(Map.of(), Map.of("noise_scale", 0.5));
        assertThrows(UnsupportedOperationException.class, merged::clear);
        assertThrows(UnsupportedOperationException.class, ParameterTable.afterChunk(merged)::clear);
    }

    private static Map<String, Object> scale(String path, double scale) {
        return Map.of("path", path, "scale", scale);
    }

    private static Map<String, Object> input(List<String> buttons, List<Double> mouse) {
        return Map.of("ctrl_input", Map.of("button", buttons, "mouse", mouse));
    }
}
