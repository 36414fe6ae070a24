package dev.caravan.inference.diffusion;

import java.util.List;

/** How the queries of a pass see the slots of a cache. Which of these a policy uses follows from its {@link KeyCache}. */
public sealed interface KeyView {

    /** As they are stored: a rotated cache, with or without a memory bank. */
    record Stored() implements KeyView {}

    /**
     * Keys are stored without rotation and turned for each pass.
     *
     * @param positions rotary time position of each slot seen, by slot
     */
    record Turned(List<Integer> positions) implements KeyView {
        public Turned {
            positions = List.copyOf(positions);
        }
    }

    /**
     * Each head chooses among the memory blocks and sees the window besides.
     *
     * @param memory slots of the sink and of the visible part of the bank, in this order
     * @param window slots of the newest frames, those of the call among them
     */
    record Sparse(List<Integer> memory, List<Integer> window) implements KeyView {
        public Sparse {
            memory = List.copyOf(memory);
            window = List.copyOf(window);
        }
    }

    /**
     * Scores of some slots are lowered by the stream's attention bias.
     *
     * @param from   the first such slot
     * @param to     the last one, exclusive; {@code from} when there is none
     * @param biased whether the stream's bias counts in this pass at all; without, nothing is padded either
     */
    record Biased(int from, int to, boolean biased) implements KeyView {}
}
