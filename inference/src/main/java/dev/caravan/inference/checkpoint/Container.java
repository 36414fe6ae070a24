package dev.caravan.inference.checkpoint;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;

/** How a checkpoint's file is built, told from its first bytes. */
enum Container {
    SAFETENSORS,
    TORCH_ZIP,
    TORCH_LEGACY;

    /** Protocol 2 and 119547037146038801333356 as a long integer: what PyTorch wrote first before it wrote zips. */
    static final byte[] LEGACY_MAGIC = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e");

    static Container of(FileBytes file) throws IOException, CheckpointException {
        byte[] head = file.read(0, (int) Math.min(LEGACY_MAGIC.length, file.size()));
        if (head.length >= 4 && head[0] == 'P' && head[1] == 'K' && (head[2] == 3 && head[3] == 4 || head[2] == 5 && head[3] == 6)) {
            return TORCH_ZIP;
        }
        if (Arrays.equals(head, LEGACY_MAGIC)) {
            return TORCH_LEGACY;
        }
        // Three bytes of the header's length are zero in any safetensors file that is accepted.
        if (head.length > 8 && head[8] == '{' && head[5] == 0 && head[6] == 0 && head[7] == 0) {
            return SAFETENSORS;
        }
        throw new CheckpointException(file.name() + " is neither a safetensors file nor a PyTorch checkpoint: download it again");
    }
}
