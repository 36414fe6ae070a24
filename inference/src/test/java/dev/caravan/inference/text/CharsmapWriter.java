package dev.caravan.inference.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Compiles rules of normalization into SentencePiece's form, for tests: a trie laid out as a double array, then the replacements. */
final class CharsmapWriter {

    private static final int HAS_LEAF = 1 << 8;
    private static final int FAR = 1 << 9;

    private final Map<Integer, Integer> units = new HashMap<>();
    private final BitSet taken = new BitSet();

    private CharsmapWriter() {}

    static byte[] compile(SortedMap<String, String> rules) {
        Node root = new Node();
        StringBuilder blob = new StringBuilder();
        rules.forEach((from, to) -> {
            root.add(from.getBytes(StandardCharsets.UTF_8), blob.toString().getBytes(StandardCharsets.UTF_8).length);
            blob.append(to).append('\0');
        });
        CharsmapWriter writer = new CharsmapWriter();
        writer.taken.set(0);
        writer.place(root, 0, 0);
        int size = (writer.units.keySet().stream().max(Integer::compare).orElseThrow() | 255) + 1;
        byte[] replacements = blob.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * size + replacements.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(4 * size);
        for (int i = 0; i < size; i++) {
            out.putInt(writer.units.getOrDefault(i, 0));
        }
        return out.put(replacements).array();
    }

    private void place(Node node, int position, int label) {
        List<Integer> labels = new ArrayList<>(node.children.keySet());
        if (node.value >= 0) {
            labels.add(0);
        }
        int base = 1;
        while (!free(base, labels)) {
            base++;
        }
        int offset = position ^ base;
        // Both ways of writing an offset occur.
        int written = (offset & 255) == 0 ? offset >> 8 << 10 | FAR : offset << 10;
        units.put(position, written | label | (node.value >= 0 ? HAS_LEAF : 0));
        int placed = base;
        labels.forEach(child -> taken.set(placed ^ child));
        if (node.value >= 0) {
            units.put(base, node.value | 1 << 31);
        }
        node.children.forEach((child, below) -> place(below, placed ^ child, child));
    }

    private boolean free(int base, List<Integer> labels) {
        return labels.stream().noneMatch(label -> taken.get(base ^ label));
    }

    private static final class Node {

        private final Map<Integer, Node> children = new TreeMap<>();
        private int value = -1;

        void add(byte[] key, int value) {
            if (key.length == 0) {
                this.value = value;
                return;
            }
            children.computeIfAbsent(key[0] & 255, _ -> new Node()).add(Arrays.copyOfRange(key, 1, key.length), value);
        }
    }
}
