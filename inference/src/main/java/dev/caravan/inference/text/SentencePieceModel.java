package dev.caravan.inference.text;

final class SentencePieceModel {

    private SentencePieceModel() {}

    static Tokenizer read(byte[] bytes) throws TokenizerException {
        throw new TokenizerException("spiece.model is not known yet");
    }
}
