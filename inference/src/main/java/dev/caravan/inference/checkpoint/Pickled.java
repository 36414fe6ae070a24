package dev.caravan.inference.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pickle describes, as plain data. Nothing compares, hashes or prints containers: they may contain themselves.
 */
sealed interface Pickled {

    /** Values nobody asks more of than that they are there. */
    enum Plain implements Pickled {
        NONE,
        TRUE,
        FALSE,
        /** A floating-point number, a byte string, or a whole number beyond 64 bits. */
        OTHER
    }

    record Text(String value) implements Pickled {}

    record Whole(long value) implements Pickled {}

    record Tuple(List<Pickled> items) implements Pickled {}

    record Items(List<Pickled> items) implements Pickled {}

    /** Entries whose key is text or a whole number, in order; others are dropped. */
    record Dict(Map<String, Pickled> entries) implements Pickled {

        Dict() {
            this(new LinkedHashMap<>());
        }
    }

    /** A class or function by name. Only its name: it is never looked up. */
    record Global(String module, String name) implements Pickled {

        @Override
        public String toString() {
            return module + "." + name;
        }
    }

    /** A value that only running foreign code could make. What the pickle does to it is ignored. */
    record Opaque(String what) implements Pickled {}

    /**
     * Some bytes that tensors are views of.
     *
     * @param type     of its elements
     * @param elements of that type, bytes for one without a type
     * @param shift    first element of a part of it that is used like a storage of its own
     */
    record Storage(String key, ElementType type, long elements, long shift) implements Pickled {}

    /** A tensor as written, every number still to be checked. */
    record Array(Storage storage, ElementType type, long offset, long[] sizes, long[] strides) implements Pickled {}
}
