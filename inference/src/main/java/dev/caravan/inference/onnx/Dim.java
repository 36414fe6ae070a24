package dev.caravan.inference.onnx;

/**
 * Size of one axis of a graph's input or output: a number, or a name for one that is known only when tensors are bound. All axes of
 * one name have one size in a run. A run whose bound shapes and addresses do not change is a static graph to a device.
 *
 * @param name empty for a number
 * @param size meaningless for a name
 */
public record Dim(String name, long size) {

    public static Dim of(long size) {
        return new Dim("", size);
    }

    public static Dim named(String name) {
        return new Dim(name, -1);
    }

    /** All of them numbers. */
    public static Dim[] of(long first, long... others) {
        Dim[] dims = new Dim[others.length + 1];
        dims[0] = of(first);
        for (int i = 0; i < others.length; i++) {
            dims[i + 1] = of(others[i]);
        }
        return dims;
    }
}
