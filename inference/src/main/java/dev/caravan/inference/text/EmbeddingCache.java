package dev.caravan.inference.text;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The embeddings of the prompts used last, shared by all streams of a loaded model. Results do not depend on it: an embedding is a
 * function of the cleaned text alone.
 *
 * <p>Thread-safe. A text that one thread is encoding is waited for by the others, not encoded again; where that fails for the one, the next
 * tries itself. So do not call it from the thread that encoding needs.
 */
public final class EmbeddingCache {

    private final long maxBytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /**
     * @param maxBytes how much is kept; an embedding that is larger is given but not kept
     */
    public EmbeddingCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    private static final class Entry {

        private final CompletableFuture<PromptEmbedding> embedding = new CompletableFuture<>();
        /** 0 while it is being encoded. */
        private long bytes;
    }

    /** An encoder that asks here first. */
    public PromptEncoder over(PromptEncoder encoder) {
        return text -> embedding(text, encoder);
    }

    /** The text's embedding, from here or else from {@code encoder}, whose exceptions pass through. */
    public PromptEmbedding embedding(String cleanedText, PromptEncoder encoder) {
        while (true) {
            Entry mine = new Entry();
            Entry entry = claim(cleanedText, mine);
            if (entry == mine) {
                return encode(cleanedText, mine, encoder);
            }
            try {
                return entry.embedding.join();
            } catch (CompletionException _) {
                // It failed for whoever was first, perhaps because their stream ends; it may succeed here.
            }
        }
    }

    private PromptEmbedding encode(String text, Entry entry, PromptEncoder encoder) {
        try {
            PromptEmbedding embedding = encoder.encode(text);
            keep(entry, text.length() * 2L + embedding.values().length * 4L);
            entry.embedding.complete(embedding);
            return embedding;
        } catch (Throwable e) {
            forget(text, entry);
            entry.embedding.completeExceptionally(e);
            throw e;
        }
    }

    private synchronized Entry claim(String text, Entry mine) {
        Entry there = entries.putIfAbsent(text, mine);
        return there == null ? mine : there;
    }

    private synchronized void keep(Entry entry, long size) {
        entry.bytes = size;
        bytes += size;
        Iterator<Entry> eldestFirst = entries.values().iterator();
        while (bytes > maxBytes && eldestFirst.hasNext()) {
            Entry eldest = eldestFirst.next();
            if (eldest.bytes > 0) {
                bytes -= eldest.bytes;
                eldestFirst.remove();
            }
        }
    }

    private synchronized void forget(String text, Entry entry) {
        entries.remove(text, entry);
    }

    /** Bytes kept now, at most the limit. */
    public synchronized long bytes() {
        return bytes;
    }
}
