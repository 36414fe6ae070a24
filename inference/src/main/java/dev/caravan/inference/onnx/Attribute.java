package dev.caravan.inference.onnx;

/** A constant setting of a node. */
public sealed interface Attribute {

    String name();

    record Int(String name, long value) implements Attribute {}

    record Real(String name, float value) implements Attribute {}

    record Text(String name, String value) implements Attribute {}

    record Ints(String name, long... values) implements Attribute {}

    static Attribute of(String name, long value) {
        return new Int(name, value);
    }

    static Attribute of(String name, float value) {
        return new Real(name, value);
    }

    static Attribute of(String name, String value) {
        return new Text(name, value);
    }

    static Attribute of(String name, long[] values) {
        return new Ints(name, values);
    }
}
