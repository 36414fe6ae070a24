package dev.caravan.inference.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Opens the tokenizer that comes with a model. */
public final class Tokenizers {

    /** UMT5-XXL's two files have 16 and 5 MB; they are read into memory. */
    private static final long MAX_BYTES = 64L << 20;

    private Tokenizers() {}

    /**
     * Reads {@code tokenizer.json} of a model's folder, or {@code spiece.model} where there is none. The first is what the reference uses;
     * the second is read the way Hugging Face converts it into the first.
     *
     * @throws TokenizerException when there is neither, or the file is damaged or asks for what is not known here
     */
    public static Tokenizer open(Path folder) throws TokenizerException {
        Path json = folder.resolve("tokenizer.json");
        if (Files.exists(json)) {
            return TokenizerJson.read(bytes(json));
        }
        Path sentencePiece = folder.resolve("spiece.model");
        if (Files.exists(sentencePiece)) {
            return SentencePieceModel.read(bytes(sentencePiece));
        }
        throw new TokenizerException("no tokenizer: download the model's tokenizer.json (or spiece.model) into "
                + folder.getFileName());
    }

    private static byte[] bytes(Path file) throws TokenizerException {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new TokenizerException(file.getFileName() + " has " + size + " bytes; at most " + MAX_BYTES + " are read");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TokenizerException(file.getFileName() + " is gone", e);
        } catch (IOException e) {
            throw new TokenizerException(file.getFileName() + " cannot be read", e);
        }
    }
}
