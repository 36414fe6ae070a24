package dev.caravan.inference.diffusion;

import java.util.ArrayList;
import java.util.List;

/**
 * A {@link RollingWindow} with a memory beside: MemFlow (spec causal-wan.md §4.4). The first frame of every third chunk is recorded; the
 * bank takes it in before each chunk, into a block of its own while there is a free one, later in place of the block that the prompt is
 * least about. As published a record is taken in again before every chunk and every recache until the next one comes.
 *
 * <p>Window and bank take their slots in the order in which they come to be seen, so that what is seen is always a prefix of them; the
 * record lies in the last slot, which nobody sees:
 * <pre>
 * sink, frames 3 to 5, block 0, frames 6 to 11, block 1, block 2, record
 * 0 1 2    3 4 5          6        7 .. 12        13       14       15
 * </pre>
 * A block may be seen before anything was taken into it (after a first chunk of four frames nothing is recorded any more, as chunks do
 * not begin at multiples of nine then): it is zeros, and attended.
 */
public final class MemoryBank implements KvCachePolicy {

    private static final int CHUNK = 3;
    /** Frames from one record to the next. */
    private static final int RECORD_EVERY = 3 * CHUNK;

    private final RollingWindow window;
    private final int sink;
    private final int blocks;
    private final KeyCache keys;
    /** The slot of each slot of the window. */
    private final List<Integer> ofWindow = new ArrayList<>();
    /** The slot of each block. */
    private final List<Integer> ofBank = new ArrayList<>();
    /** How many records there have been before the newest chunk. */
    private int recorded;
    /** How many there are after its clean pass. */
    private int recordedAfter;

    /**
     * @param windowFrames slots of sink and window
     * @param sinkFrames   how many first frames are never dropped
     * @param blocks       blocks of the bank, of a frame each
     * @param sparse       whether each head looks at three blocks of sink and bank only
     */
    public MemoryBank(int windowFrames, int sinkFrames, int blocks, boolean sparse) {
        if (blocks < 1) {
            throw new IllegalArgumentException("a memory bank has at least one block, not " + blocks);
        }
        this.window = new RollingWindow(windowFrames, sinkFrames);
        this.sink = sinkFrames;
        this.blocks = blocks;
        this.keys = sparse ? KeyCache.BANKED_SPARSE : KeyCache.BANKED;
    }

    @Override
    public KeyCache keys() {
        return keys;
    }

    @Override
    public int capacityFrames() {
        return window.capacityFrames() + blocks + 1;
    }

    /** The frames of sink and window, ascending. */
    public List<Integer> frames() {
        return window.frames();
    }

    /** Where a held frame lies. */
    public int slotOf(int frame) {
        return ofWindow.get(window.slotOf(frame));
    }

    /** Where the blocks lie that have been seen so far, in order. */
    public List<Integer> blockSlots() {
        return List.copyOf(ofBank);
    }

    /** Where the record lies. */
    public int recordSlot() {
        return capacityFrames() - 1;
    }

    /** How many records there are once all passes so far are made. */
    public int recorded() {
        return recordedAfter;
    }

    @Override
    public void reset() {
        window.reset();
        ofWindow.clear();
        ofBank.clear();
        recorded = 0;
        recordedAfter = 0;
    }

    /** What the bank takes in comes before the first pass over new frames only; a repeated pass has nothing before it. */
    @Override
    public CachePass pass(int start, int frames) {
        if (frames < CHUNK) {
            throw new IllegalArgumentException("a memory bank goes with chunks of " + CHUNK + " frames or more, not of " + frames);
        }
        boolean repeated = start + frames <= window.end();
        CachePass inWindow = window.pass(start, frames);
        boolean records = start % RECORD_EVERY == 0;
        if (!repeated) {
            recorded = recordedAfter;
            recordedAfter = records ? start / RECORD_EVERY + 1 : recordedAfter;
        }
        place(inWindow);
        return withBank(inWindow, start, !repeated, records ? List.of(copy(slotOf(start), recordSlot())) : List.of());
    }

    @Override
    public CachePass recache(int end, int frames) {
        CachePass inWindow = window.recache(end, frames);
        recorded = recordedAfter;
        return withBank(inWindow, end, true, List.of());
    }

    private void place(CachePass inWindow) {
        while (ofWindow.size() < inWindow.attendedSlots()) {
            ofWindow.add(ofWindow.size() + ofBank.size());
        }
    }

    private CachePass withBank(CachePass inWindow, int start, boolean absorbs, List<CacheChange> after) {
        List<CacheChange> before = new ArrayList<>();
        int visible = visible(start);
        while (ofBank.size() < visible) {
            int slot = ofWindow.size() + ofBank.size();
            ofBank.add(slot);
            before.add(new CacheChange.Clear(List.of(slot)));
        }
        if (recorded > blocks) {
            before.add(new CacheChange.Compress(ofBank, recordSlot()));
        } else if (recorded > 0) {
            before.add(copy(recordSlot(), ofBank.get(recorded - 1)));
        }
        return new CachePass(inWindow.queryPositions(), inWindow.writtenFrames(),
                inWindow.writtenSlots().stream().map(ofWindow::get).toList(), ofWindow.size() + visible,
                view(visible), absorbs ? before : List.of(), after);
    }

    /**
     * How many blocks are seen by a chunk that begins at a frame, or by a recache of what is before it: as many as chunks of three frames
     * have given by then, whether they did or not. The same numbers as the spec's two cases, one for the chunk that records and one for
     * those that do not.
     */
    private int visible(int start) {
        return recorded == 0 ? 0 : Math.min((start - CHUNK + RECORD_EVERY) / RECORD_EVERY, blocks);
    }

    private KeyView view(int visible) {
        if (keys == KeyCache.BANKED) {
            return new KeyView.Stored();
        }
        List<Integer> memory = new ArrayList<>();
        List<Integer> newest = new ArrayList<>();
        frames().forEach(frame -> (frame < sink ? memory : newest).add(slotOf(frame)));
        memory.addAll(ofBank.subList(0, visible));
        return new KeyView.Sparse(memory, newest);
    }

    private static CacheChange copy(int from, int to) {
        return new CacheChange.Copy(List.of(from), List.of(to));
    }
}
