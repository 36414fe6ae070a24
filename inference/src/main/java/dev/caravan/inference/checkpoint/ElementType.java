package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.DType;
import java.util.Map;
import java.util.Optional;

/**
 * An element type in PyTorch's words.
 *
 * @param name  for messages
 * @param dtype empty for one that is not supported
 */
record ElementType(String name, Optional<DType> dtype) {

    private static final Map<String, DType> STORAGES = Map.ofEntries(
            Map.entry("FloatStorage", DType.F32),
            Map.entry("DoubleStorage", DType.F64),
            Map.entry("HalfStorage", DType.F16),
            Map.entry("BFloat16Storage", DType.BF16),
            Map.entry("LongStorage", DType.I64),
            Map.entry("IntStorage", DType.I32),
            Map.entry("ShortStorage", DType.I16),
            Map.entry("CharStorage", DType.I8),
            Map.entry("ByteStorage", DType.U8),
            Map.entry("BoolStorage", DType.BOOL),
            Map.entry("Float8_e4m3fnStorage", DType.F8_E4M3),
            Map.entry("Float8_e5m2Storage", DType.F8_E5M2),
            // Bytes whose meaning each tensor says itself.
            Map.entry("UntypedStorage", DType.U8),
            Map.entry("_UntypedStorage", DType.U8));

    private static final Map<String, DType> DTYPES = Map.ofEntries(
            Map.entry("float32", DType.F32),
            Map.entry("float64", DType.F64),
            Map.entry("float16", DType.F16),
            Map.entry("bfloat16", DType.BF16),
            Map.entry("int64", DType.I64),
            Map.entry("int32", DType.I32),
            Map.entry("int16", DType.I16),
            Map.entry("int8", DType.I8),
            Map.entry("uint8", DType.U8),
            Map.entry("bool", DType.BOOL),
            Map.entry("float8_e4m3fn", DType.F8_E4M3),
            Map.entry("float8_e5m2", DType.F8_E5M2));

    /** Of a class of storages, for example {@code HalfStorage}. */
    static ElementType ofStorage(String name) {
        return new ElementType(name, Optional.ofNullable(STORAGES.get(name)));
    }

    /** Of a tensor that says its type itself, for example {@code float8_e4m3fn}. */
    static ElementType ofTensor(String name) {
        return new ElementType(name, Optional.ofNullable(DTYPES.get(name)));
    }

    /** The class of storages that holds a type, where there is one. */
    static Optional<String> storageOf(DType dtype) {
        return dtype == DType.F8_E4M3 || dtype == DType.F8_E5M2
                ? Optional.empty()
                : STORAGES.entrySet().stream().filter(e -> e.getValue() == dtype && !e.getKey().contains("Untyped"))
                        .map(Map.Entry::getKey).findFirst();
    }

    /** What PyTorch calls a type. */
    static String nameOf(DType dtype) {
        return DTYPES.entrySet().stream().filter(e -> e.getValue() == dtype).map(Map.Entry::getKey).findFirst().orElseThrow();
    }
}
