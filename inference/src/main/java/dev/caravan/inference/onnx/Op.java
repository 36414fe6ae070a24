package dev.caravan.inference.onnx;

/**
 * An operator.
 *
 * @param domain empty for ai.onnx
 * @param type   for example {@code MatMul}
 */
public record Op(String domain, String type) {

    /** Version of the ai.onnx operators: RMSNormalization came with 23, bfloat16 Conv with 22. */
    public static final int OPSET = 23;

    /** Operators that ONNX Runtime adds. */
    public static final String MICROSOFT = "com.microsoft";

    /** One of ai.onnx. */
    public static Op onnx(String type) {
        return new Op("", type);
    }

    /** One of {@link #MICROSOFT}. */
    public static Op microsoft(String type) {
        return new Op(MICROSOFT, type);
    }

    @Override
    public String toString() {
        return domain.isEmpty() ? type : domain + "." + type;
    }
}
