package dev.caravan.inference.text;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A vocabulary's pieces and their log probabilities, found by text. Sorted, so that all pieces that begin at a place of a text are found by
 * narrowing one range character by character.
 */
final class Pieces {

    static final int MAX_PIECES = 500_000;
    static final int MAX_PIECE_LENGTH = 1024;

    private static final int NONE = -1;

    private final String[] sorted;
    private final int[] ids;
    private final double[] scores;
    private final double lowestScore;
    private final int size;

    private Pieces(String[] sorted, int[] ids, double[] scores, double lowestScore, int size) {
        this.sorted = sorted;
        this.ids = ids;
        this.scores = scores;
        this.lowestScore = lowestScore;
        this.size = size;
    }

    /**
     * @param pieces in order of their ids; of two equal ones the later counts
     * @param scores one per piece
     */
    static Pieces of(List<String> pieces, double[] scores) throws TokenizerException {
        for (int id = 0; id < pieces.size(); id++) {
            check(id, pieces.get(id), scores[id]);
        }
        int[] order = IntStream.range(0, pieces.size())
                .boxed()
                .sorted(Comparator.<Integer, String>comparing(pieces::get).thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
        int[] kept = IntStream.range(0, order.length)
                .filter(i -> i + 1 == order.length || !pieces.get(order[i]).equals(pieces.get(order[i + 1])))
                .map(i -> order[i])
                .filter(id -> !pieces.get(id).isEmpty())
                .toArray();
        String[] sorted = Arrays.stream(kept).mapToObj(pieces::get).toArray(String[]::new);
        double lowest = Arrays.stream(scores).min().orElse(0);
        return new Pieces(sorted, kept, scores.clone(), lowest, pieces.size());
    }

    private static void check(int id, String piece, double score) throws TokenizerException {
        if (piece.length() > MAX_PIECE_LENGTH) {
            throw new TokenizerException("piece " + id + " of the vocabulary has " + piece.length() + " characters; at most "
                    + MAX_PIECE_LENGTH + " are read");
        }
        if (piece.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw new TokenizerException("piece " + id + " of the vocabulary is not text");
        }
        if (!Double.isFinite(score)) {
            throw new TokenizerException("piece " + id + " of the vocabulary has no finite score");
        }
    }

    int size() {
        return size;
    }

    double lowestScore() {
        return lowestScore;
    }

    double score(int id) {
        return scores[id];
    }

    /** The piece's id, or -1. */
    int id(String piece) {
        int at = Arrays.binarySearch(sorted, piece);
        return at >= 0 ? ids[at] : NONE;
    }

    /** Calls {@code found} for each piece that stands at {@code start} of the text, shortest first. */
    void startingAt(String text, int start, Found found) {
        int from = 0;
        int to = sorted.length;
        for (int depth = 0; start + depth < text.length(); depth++) {
            char c = text.charAt(start + depth);
            from = firstNotBelow(c, depth, from, to);
            to = firstNotBelow(c + 1, depth, from, to);
            if (from == to) {
                return;
            }
            if (sorted[from].length() == depth + 1) {
                found.piece(ids[from], depth + 1);
            }
        }
    }

    /** Of a range of pieces equal up to {@code depth}: the first whose character there is not below {@code c}. One that ends is below all. */
    private int firstNotBelow(int c, int depth, int from, int to) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = low + high >>> 1;
            String piece = sorted[middle];
            if (piece.length() <= depth || piece.charAt(depth) < c) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Hears of a piece found. */
    @FunctionalInterface
    interface Found {
        void piece(int id, int length);
    }
}
