package dev.caravan.inference.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The unigram language model: the split of a text into pieces whose log probabilities have the largest sum (Viterbi). A character that is
 * no piece costs the lowest score of all less 10, and unknown characters in a row are one token, as in Hugging Face's fast tokenizers.
 * Immutable, thread-safe.
 */
final class UnigramModel {

    private static final double UNKNOWN_PENALTY = 10;

    private final Pieces pieces;
    private final int unknown;
    /** Id of the piece {@code <0xNN>} per byte; null when unknown text is one unknown token. */
    private final int @Nullable [] bytes;

    /**
     * @param unknown      id of the unknown token, or -1 when there is none: text that cannot be split is dropped
     * @param byteFallback whether unknown text becomes the pieces of its UTF-8 bytes, where the vocabulary has them all
     */
    UnigramModel(Pieces pieces, int unknown, boolean byteFallback) {
        this.pieces = pieces;
        this.unknown = unknown;
        this.bytes = byteFallback ? bytePieces(pieces) : null;
    }

    private static int[] bytePieces(Pieces pieces) {
        int[] ids = new int[256];
        for (int value = 0; value < 256; value++) {
            ids[value] = pieces.id("<0x%02X>".formatted(value));
        }
        return ids;
    }

    /** Pieces there are. */
    int size() {
        return pieces.size();
    }

    /** Gives the ids of a text's pieces, in order. */
    void encode(String text, IntConsumer ids) {
        Lattice lattice = new Lattice(text.length());
        int length;
        for (int start = 0; start < text.length(); start += length) {
            length = Character.charCount(text.codePointAt(start));
            lattice.stand(start, length);
            pieces.startingAt(text, start, lattice);
            if (!lattice.singleCharacter) {
                lattice.offer(unknown, length, pieces.lowestScore() - UNKNOWN_PENALTY);
            }
        }
        int[] ends = lattice.ends();
        int start = 0;
        for (int i = 0; i < ends.length; i++) {
            boolean unknownGoesOn = lattice.id[ends[i]] == unknown && i + 1 < ends.length && lattice.id[ends[i + 1]] == unknown;
            if (!unknownGoesOn) {
                token(text.substring(start, ends[i]), lattice.id[ends[i]], ids);
                start = ends[i];
            }
        }
    }

    private void token(String text, int id, IntConsumer ids) {
        if (id != unknown) {
            ids.accept(id);
            return;
        }
        // Unknown characters together may spell a piece that lost against them.
        int whole = pieces.id(text);
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (whole >= 0) {
            ids.accept(whole);
        } else if (bytes != null && allHavePieces(bytes, utf8)) {
            for (byte value : utf8) {
                ids.accept(bytes[value & 255]);
            }
        } else if (unknown >= 0) {
            ids.accept(unknown);
        }
    }

    private static boolean allHavePieces(int[] bytes, byte[] utf8) {
        for (byte value : utf8) {
            if (bytes[value & 255] < 0) {
                return false;
            }
        }
        return true;
    }

    /** The best way to each place of a text: its score, the last piece on it, and where that began. */
    private final class Lattice implements Pieces.Found {

        private final double[] score;
        private final int[] id;
        private final int[] begin;
        private int start;
        private int characterLength;
        private boolean singleCharacter;

        Lattice(int length) {
            score = new double[length + 1];
            id = new int[length + 1];
            begin = new int[length + 1];
            Arrays.fill(begin, -1);
        }

        void stand(int start, int characterLength) {
            this.start = start;
            this.characterLength = characterLength;
            this.singleCharacter = false;
        }

        @Override
        public void piece(int piece, int length) {
            singleCharacter |= length == characterLength;
            offer(piece, length, pieces.score(piece));
        }

        void offer(int piece, int length, double pieceScore) {
            int end = start + length;
            double candidate = score[start] + pieceScore;
            if (begin[end] < 0 || candidate > score[end]) {
                score[end] = candidate;
                id[end] = piece;
                begin[end] = start;
            }
        }

        /** Where the pieces of the best split end, in order. */
        int[] ends() {
            int[] backwards = new int[score.length];
            int count = 0;
            for (int end = score.length - 1; end > 0; end = begin[end]) {
                backwards[count++] = end;
            }
            int[] ends = new int[count];
            for (int i = 0; i < count; i++) {
                ends[i] = backwards[count - 1 - i];
            }
            return ends;
        }
    }
}
