package dev.caravan.inference.diffusion;

import java.util.List;

/** What happens to the slots of every layer's cache, keys and values alike, between passes. */
public sealed interface CacheChange {

    /**
     * Copies slots, one after the other.
     *
     * @param from slots read
     * @param to   slots written, as many
     */
    record Copy(List<Integer> from, List<Integer> to) implements CacheChange {
        public Copy {
            from = List.copyOf(from);
            to = List.copyOf(to);
        }
    }

    /** Fills slots with zeros. */
    record Clear(List<Integer> slots) implements CacheChange {
        public Clear {
            slots = List.copyOf(slots);
        }
    }

    /**
     * A moving average: {@code to[i] = keep · to[i] + (1 - keep) · from[i]}, in the caches' arithmetic (spec causal-wan.md §4.3).
     *
     * @param from  slots read
     * @param to    slots averaged into, as many
     * @param keep  share of what was there
     * @param first whether {@code to} were written since they were averaged into, so that what was rounded away then is of no use
     */
    record Average(List<Integer> from, List<Integer> to, double keep, boolean first) implements CacheChange {
        public Average {
            from = List.copyOf(from);
            to = List.copyOf(to);
        }
    }

    /**
     * Keeps the blocks of a full memory bank that the prompt is most about and puts another one behind them (spec causal-wan.md §4.4).
     *
     * @param bank  its slots, in order; all but one of its blocks stay, the best first
     * @param newer slot of the block that joins
     */
    record Compress(List<Integer> bank, int newer) implements CacheChange {
        public Compress {
            bank = List.copyOf(bank);
        }
    }
}
