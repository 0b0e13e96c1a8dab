"""Models as the tutorials and examples of Keras and TensorFlow have them, small and with random weights.

Each function of MODELS gives a Keras 3 model. Inputs of reals are from -1 to 1; those of integers below 20, some of the last 0
in every row, as padding is. Classes of one's own are what check_user_models.py expects to be refused in Keras's own formats.
"""

import keras
from keras import layers, ops

WORDS = 20  # of a vocabulary: also the bound of inputs of integers
MODELS = {}


def model(function):
    MODELS[function.__name__] = function
    return function


def functional(inputs, outputs):
    return keras.Model(inputs, outputs)


def tokens(length=12, name="tokens"):
    return keras.Input((length,), dtype="int32", name=name)


# Images


@model
def mnist_convnet():
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2),
                             layers.Conv2D(64, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(), layers.Dropout(0.5),
                             layers.Dense(10, activation="softmax")])


@model
def flowers_convnet():
    augmentation = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1), layers.RandomZoom(0.1)])
    return keras.Sequential([keras.Input((48, 48, 3)), augmentation, layers.Rescaling(1.0 / 255), layers.Conv2D(16, 3, padding="same", activation="relu"),
                             layers.MaxPooling2D(), layers.Conv2D(32, 3, padding="same", activation="relu"), layers.MaxPooling2D(), layers.Flatten(),
                             layers.Dense(32, activation="relu"), layers.Dense(5)])


@model
def transfer_learning():
    image = keras.Input((64, 64, 3))
    x = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.2)])(image)
    x = keras.applications.mobilenet_v2.preprocess_input(x)
    base = keras.applications.MobileNetV2(input_shape=(64, 64, 3), include_top=False, weights=None, alpha=0.35)
    x = layers.GlobalAveragePooling2D()(base(x, training=False))
    return functional(image, layers.Dense(1, activation="sigmoid")(layers.Dropout(0.2)(x)))


@model
def xception_from_scratch():
    image = keras.Input((48, 48, 3))
    x = layers.Rescaling(1.0 / 255)(image)
    x = layers.Activation("relu")(layers.BatchNormalization()(layers.Conv2D(16, 3, strides=2, padding="same")(x)))
    previous = x
    for size in (24, 32):
        for _ in range(2):
            x = layers.BatchNormalization()(layers.SeparableConv2D(size, 3, padding="same")(layers.Activation("relu")(x)))
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        x = previous = layers.add([x, layers.Conv2D(size, 1, strides=2, padding="same")(previous)])
    return functional(image, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


@model
def unet_xception_segmentation():
    image = keras.Input((32, 32, 3))
    x = layers.Activation("relu")(layers.BatchNormalization()(layers.Conv2D(8, 3, strides=2, padding="same")(image)))
    previous = x
    for filters in (16, 24):
        for _ in range(2):
            x = layers.BatchNormalization()(layers.SeparableConv2D(filters, 3, padding="same")(layers.Activation("relu")(x)))
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        x = previous = layers.add([x, layers.Conv2D(filters, 1, strides=2, padding="same")(previous)])
    for filters in (24, 16, 8):
        for _ in range(2):
            x = layers.BatchNormalization()(layers.Conv2DTranspose(filters, 3, padding="same")(layers.Activation("relu")(x)))
        x = layers.UpSampling2D(2)(x)
        x = previous = layers.add([x, layers.Conv2D(filters, 1, padding="same")(layers.UpSampling2D(2)(previous))])
    return functional(image, layers.Conv2D(3, 3, activation="softmax", padding="same")(x))


@model
def unet_classic():
    def double(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", kernel_initializer="he_normal")(x)
        return x

    image, kept = keras.Input((32, 32, 1)), []
    x = image
    for filters in (8, 16):
        x = double(x, filters)
        kept.append(x)
        x = layers.Dropout(0.3)(layers.MaxPooling2D(2)(x))
    x = double(x, 32)
    for filters in (16, 8):
        x = layers.Conv2DTranspose(filters, 3, 2, padding="same")(x)
        x = double(layers.concatenate([x, kept.pop()]), filters)
    return functional(image, layers.Conv2D(1, 1, activation="sigmoid")(x))


@model
def attention_unet():
    image = keras.Input((32, 32, 3))
    low = layers.Conv2D(8, 3, padding="same", activation="relu")(image)
    high = layers.Conv2D(16, 3, padding="same", activation="relu")(layers.MaxPooling2D()(low))
    gate = layers.Activation("relu")(layers.add([layers.Conv2D(8, 1, strides=2)(low), layers.Conv2D(8, 1)(high)]))
    weight = layers.UpSampling2D(2, interpolation="bilinear")(layers.Conv2D(1, 1, activation="sigmoid")(gate))
    x = layers.concatenate([layers.UpSampling2D(2)(high), layers.multiply([low, weight])])
    return functional(image, layers.Conv2D(2, 1, activation="softmax")(x))


@model
def deeplabv3_plus():
    def block(x, filters=16, kernel=3, dilation=1):
        x = layers.Conv2D(filters, kernel, dilation_rate=dilation, padding="same", use_bias=False)(x)
        return ops.nn.relu(layers.BatchNormalization()(x))

    image = keras.Input((64, 64, 3))
    x = keras.applications.resnet50.preprocess_input(image)
    base = keras.applications.ResNet50(weights=None, include_top=False, input_tensor=x)
    x = base.get_layer("conv4_block6_2_relu").output
    size = x.shape[1]
    pooled = layers.UpSampling2D(size, interpolation="bilinear")(block(layers.AveragePooling2D(size)(x), kernel=1))
    x = block(layers.Concatenate()([pooled, block(x, kernel=1), block(x, dilation=2), block(x, dilation=3)]), kernel=1)
    a = layers.UpSampling2D(16 // 4, interpolation="bilinear")(x)
    b = block(base.get_layer("conv2_block3_2_relu").output, 8, 1)
    x = block(layers.Concatenate()([a, b]))
    x = layers.UpSampling2D(4, interpolation="bilinear")(x)
    return functional(image, layers.Conv2D(4, 1, padding="same")(x))


@model
def pix2pix_generator():
    def down(x, filters, norm=True):
        x = layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=False)(x)
        return layers.LeakyReLU()(layers.BatchNormalization()(x) if norm else x)

    image = keras.Input((32, 32, 3))
    skips, x = [], image
    for filters in (8, 16, 24, 24):
        x = down(x, filters, norm=bool(skips))
        skips.append(x)
    for filters, skip in zip((24, 16, 8), reversed(skips[:-1])):
        x = layers.BatchNormalization()(layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False)(x))
        x = layers.Concatenate()([layers.ReLU()(layers.Dropout(0.5)(x)), skip])
    return functional(image, layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="tanh")(x))


@model
def pix2pix_discriminator():
    first, second = keras.Input((32, 32, 3), name="input_image"), keras.Input((32, 32, 3), name="target_image")
    x = layers.concatenate([first, second])
    for filters in (8, 16):
        x = layers.LeakyReLU()(layers.BatchNormalization()(layers.Conv2D(filters, 4, strides=2, padding="same", use_bias=False)(x)))
    x = layers.LeakyReLU()(layers.BatchNormalization()(layers.Conv2D(24, 4, use_bias=False)(layers.ZeroPadding2D()(x))))
    return functional([first, second], layers.Conv2D(1, 4)(layers.ZeroPadding2D()(x)))


@model
def dcgan_generator():
    return keras.Sequential([keras.Input((32,)), layers.Dense(7 * 7 * 16, use_bias=False), layers.BatchNormalization(), layers.LeakyReLU(),
                             layers.Reshape((7, 7, 16)), layers.Conv2DTranspose(16, 5, strides=1, padding="same", use_bias=False),
                             layers.BatchNormalization(), layers.LeakyReLU(),
                             layers.Conv2DTranspose(8, 5, strides=2, padding="same", use_bias=False), layers.BatchNormalization(),
                             layers.LeakyReLU(), layers.Conv2DTranspose(1, 5, strides=2, padding="same", activation="tanh")])


@model
def conditional_gan_generator():
    noise, label = keras.Input((16,), name="noise"), keras.Input((1,), dtype="int32", name="label")
    embedded = layers.Reshape((7, 7, 1))(layers.Dense(49)(layers.Flatten()(layers.Embedding(WORDS, 8)(label))))
    x = layers.Reshape((7, 7, 8))(layers.LeakyReLU(negative_slope=0.2)(layers.Dense(7 * 7 * 8)(noise)))
    x = layers.Conv2DTranspose(8, 4, strides=2, padding="same")(layers.Concatenate()([x, embedded]))
    return functional([noise, label], layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="sigmoid")(x))


class Sampling(layers.Layer):
    """Of a variational autoencoder; what Keras's example has, with its noise left out."""

    def call(self, inputs):
        mean, log_variance = inputs
        return mean + ops.exp(0.5 * log_variance)


@model
def variational_encoder():
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(16, 3, activation="relu", strides=2, padding="same")(image)
    x = layers.Flatten()(layers.Conv2D(16, 3, activation="relu", strides=2, padding="same")(x))
    x = layers.Dense(16, activation="relu")(x)
    mean, log_variance = layers.Dense(2, name="z_mean")(x), layers.Dense(2, name="z_log_var")(x)
    return functional(image, [mean, log_variance, Sampling()([mean, log_variance])])


@model
def convolutional_autoencoder():
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(16, 3, activation="relu", padding="same"), layers.MaxPooling2D(2, padding="same"),
                             layers.Conv2D(8, 3, activation="relu", padding="same"), layers.MaxPooling2D(2, padding="same"),
                             layers.Conv2DTranspose(8, 3, strides=2, activation="relu", padding="same"),
                             layers.Conv2DTranspose(16, 3, strides=2, activation="relu", padding="same"),
                             layers.Conv2D(1, 3, activation="sigmoid", padding="same")])


class DepthToSpace(layers.Layer):
    """Keras's example of super-resolution has this."""

    def __init__(self, block_size, **kwargs):
        super().__init__(**kwargs)
        self.block_size = block_size

    def call(self, x):
        _, h, w, depth = x.shape
        b, c = self.block_size, depth // self.block_size**2
        x = ops.transpose(ops.reshape(x, (-1, h, w, b, b, c)), (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (-1, h * b, w * b, c))

    def get_config(self):
        return super().get_config() | {"block_size": self.block_size}


@model
def espcn_super_resolution():
    image = keras.Input((24, 24, 1))
    x = layers.Conv2D(16, 5, activation="relu", padding="same", kernel_initializer="orthogonal")(image)
    x = layers.Conv2D(8, 3, activation="relu", padding="same")(x)
    return functional(image, DepthToSpace(3)(layers.Conv2D(9, 3, activation="relu", padding="same")(x)))


@model
def edsr_super_resolution():
    image = keras.Input((24, 24, 3))
    x = start = layers.Conv2D(16, 3, padding="same")(layers.Rescaling(1.0 / 255)(image))
    for _ in range(2):
        x = layers.Add()([x, layers.Conv2D(16, 3, padding="same")(layers.Conv2D(16, 3, padding="same", activation="relu")(x))])
    x = layers.Add()([layers.Conv2D(16, 3, padding="same")(x), start])
    x = ops.reshape(layers.Conv2D(64, 3, padding="same")(x), (-1, 24, 24, 2, 2, 16))
    x = ops.reshape(ops.transpose(x, (0, 1, 3, 2, 4, 5)), (-1, 48, 48, 16))
    return functional(image, layers.Rescaling(255)(layers.Conv2D(3, 3, padding="same")(x)))


@model
def zero_dce():
    image = keras.Input((32, 32, 3))
    kept = [image]
    for _ in range(3):
        kept.append(layers.Conv2D(8, 3, activation="relu", padding="same")(kept[-1]))
    x = layers.Conv2D(8, 3, activation="relu", padding="same")(layers.Concatenate()([kept[-1], kept[-2]]))
    return functional(image, layers.Conv2D(24, 3, activation="tanh", padding="same")(layers.Concatenate()([x, kept[1]])))


@model
def siamese_distance():
    base = keras.Sequential([keras.Input((28, 28, 1)), layers.BatchNormalization(), layers.Conv2D(4, 5, activation="tanh"), layers.AveragePooling2D(2),
                             layers.Conv2D(16, 5, activation="tanh"), layers.AveragePooling2D(2), layers.Flatten(), layers.Dense(10, activation="tanh")])
    left, right = keras.Input((28, 28, 1), name="left"), keras.Input((28, 28, 1), name="right")
    total = ops.sum(ops.square(base(left) - base(right)), axis=1, keepdims=True)
    distance = ops.sqrt(ops.maximum(total, keras.config.epsilon()))
    return functional([left, right], layers.Dense(1, activation="sigmoid")(layers.BatchNormalization()(distance)))


@model
def squeeze_and_excite_cbam():
    image = keras.Input((24, 24, 3))
    x = layers.Conv2D(16, 3, padding="same", activation="swish")(image)
    s = layers.Dense(16, activation="sigmoid")(layers.Dense(4, activation="relu")(layers.GlobalAveragePooling2D(keepdims=True)(x)))
    x = x * s
    spatial = ops.concatenate([ops.mean(x, axis=-1, keepdims=True), ops.max(x, axis=-1, keepdims=True)], axis=-1)
    x = layers.Multiply()([x, layers.Conv2D(1, 7, padding="same", activation="sigmoid", use_bias=False)(spatial)])
    return functional(image, layers.Dense(5, activation="softmax")(layers.GlobalMaxPooling2D()(x)))


@model
def conv_mixer():
    image = keras.Input((32, 32, 3))
    block = lambda x: layers.BatchNormalization()(layers.Activation("gelu")(x))
    x = block(layers.Conv2D(24, 2, strides=2)(layers.Rescaling(1.0 / 255)(image)))
    for _ in range(2):
        x = layers.Add()([block(layers.DepthwiseConv2D(5, padding="same")(x)), x])
        x = block(layers.Conv2D(24, 1)(x))
    return functional(image, layers.Dense(10, activation="softmax")(layers.GlobalAvgPool2D()(x)))


class Patches(layers.Layer):
    def __init__(self, patch_size, **kwargs):
        super().__init__(**kwargs)
        self.patch_size = patch_size

    def call(self, images):
        patches = ops.image.extract_patches(images, size=self.patch_size)
        return ops.reshape(patches, (ops.shape(images)[0], patches.shape[1] * patches.shape[2], patches.shape[3]))

    def get_config(self):
        return super().get_config() | {"patch_size": self.patch_size}


class PatchEncoder(layers.Layer):
    def __init__(self, patches, width, **kwargs):
        super().__init__(**kwargs)
        self.patches = patches
        self.projection = layers.Dense(width)
        self.position_embedding = layers.Embedding(patches, width)

    def call(self, patch):
        positions = ops.expand_dims(ops.arange(0, self.patches, 1), axis=0)
        return self.projection(patch) + self.position_embedding(positions)


def encoder_block(x, heads=2, width=16):
    y = layers.LayerNormalization(epsilon=1e-6)(x)
    x = layers.Add()([layers.MultiHeadAttention(heads, width // heads, dropout=0.1)(y, y), x])
    y = layers.LayerNormalization(epsilon=1e-6)(x)
    return layers.Add()([layers.Dense(x.shape[-1])(layers.Dropout(0.1)(layers.Dense(2 * width, activation="gelu")(y))), x])


@model
def vision_transformer_example():
    image = keras.Input((32, 32, 3))
    x = PatchEncoder(16, 16)(Patches(8)(image))
    for _ in range(2):
        x = encoder_block(x)
    x = layers.Flatten()(layers.LayerNormalization(epsilon=1e-6)(x))
    return functional(image, layers.Dense(10)(layers.Dense(32, activation="gelu")(x)))


@model
def vision_transformer_functional():
    image = keras.Input((32, 32, 3))
    x = layers.Reshape((16, 16))(layers.Conv2D(16, 8, strides=8)(image))
    for _ in range(2):
        x = encoder_block(x)
    return functional(image, layers.Dense(10)(layers.GlobalAveragePooling1D()(layers.LayerNormalization()(x))))


@model
def mlp_mixer():
    image = keras.Input((32, 32, 3))
    x = layers.Reshape((16, 24))(layers.Conv2D(24, 8, strides=8)(image))
    for _ in range(2):
        y = layers.Permute((2, 1))(layers.LayerNormalization()(x))
        y = layers.Permute((2, 1))(layers.Dense(16)(layers.Dense(16, activation="gelu")(y)))
        x = layers.Add()([x, y])
        x = layers.Add()([x, layers.Dense(24)(layers.Dense(32, activation="gelu")(layers.LayerNormalization()(x)))])
    return functional(image, layers.Dense(10)(layers.GlobalAveragePooling1D()(x)))


@model
def style_features():
    base = keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))
    outputs = []
    for name in ("block1_conv2", "block2_conv1", "block3_conv1"):
        x = base.get_layer(name).output
        outputs.append(ops.einsum("bijc,bijd->bcd", x, x) / (x.shape[1] * x.shape[2]))
    return functional(base.input, outputs)


@model
def keypoint_regression():
    image = keras.Input((64, 64, 3))
    base = keras.applications.MobileNetV2(input_shape=(64, 64, 3), weights=None, include_top=False, alpha=0.35)
    x = layers.Dropout(0.3)(base(keras.applications.mobilenet_v2.preprocess_input(image)))
    return functional(image, layers.SeparableConv2D(8, 2, activation="sigmoid")(x))


@model
def ct_scan_3d():
    volume = keras.Input((16, 16, 8, 1))
    x = volume
    for filters in (8, 12):
        x = layers.BatchNormalization()(layers.MaxPooling3D(2)(layers.Conv3D(filters, 3, activation="relu", padding="same")(x)))
    return functional(volume, layers.Dense(1, activation="sigmoid")(layers.Dense(16, activation="relu")(layers.GlobalAveragePooling3D()(x))))


@model
def video_cnn_rnn():
    frames = keras.Input((4, 24, 24, 3))
    x = layers.TimeDistributed(layers.Conv2D(8, 3, strides=2, activation="relu"))(frames)
    x = layers.TimeDistributed(layers.GlobalAveragePooling2D())(x)
    x = layers.GRU(8)(layers.GRU(16, return_sequences=True)(x))
    return functional(frames, layers.Dense(5, activation="softmax")(layers.Dropout(0.4)(x)))


@model
def next_frame_conv_lstm():
    frames = keras.Input((4, 12, 12, 1))
    x = layers.BatchNormalization()(layers.ConvLSTM2D(8, 5, padding="same", return_sequences=True, activation="relu")(frames))
    x = layers.ConvLSTM2D(8, 3, padding="same", return_sequences=True, activation="relu")(x)
    return functional(frames, layers.Conv3D(1, 3, activation="sigmoid", padding="same")(x))


@model
def point_net():
    points = keras.Input((64, 3))

    def block(x, filters):
        return layers.Activation("relu")(layers.BatchNormalization(momentum=0.0)(layers.Conv1D(filters, 1, padding="valid")(x)))

    def transform(x, features):
        y = layers.GlobalMaxPooling1D()(block(block(x, 8), 16))
        y = layers.Dense(features * features)(layers.Activation("relu")(layers.BatchNormalization()(layers.Dense(8)(y))))
        return layers.Dot(axes=(2, 1))([x, layers.Reshape((features, features))(y)])

    x = layers.GlobalMaxPooling1D()(block(transform(block(transform(points, 3), 8), 8), 32))
    return functional(points, layers.Dense(10, activation="softmax")(layers.Dropout(0.3)(layers.Dense(16, activation="relu")(x))))


# Text


@model
def imdb_bidirectional_lstm():
    words = keras.Input((12,), dtype="int32")
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(layers.Embedding(WORDS, 16)(words))
    return functional(words, layers.Dense(1, activation="sigmoid")(layers.Bidirectional(layers.LSTM(8))(x)))


@model
def masked_lstm_text():
    return keras.Sequential([tokens(), layers.Embedding(WORDS, 16, mask_zero=True), layers.LSTM(8), layers.Dense(1, activation="sigmoid")])


@model
def masked_bidirectional_text():
    return keras.Sequential([tokens(), layers.Embedding(WORDS, 16, mask_zero=True), layers.SpatialDropout1D(0.2),
                             layers.Bidirectional(layers.LSTM(8, return_sequences=True)), layers.Bidirectional(layers.GRU(8)),
                             layers.Dense(8, activation="relu"), layers.Dropout(0.5), layers.Dense(3, activation="softmax")])


@model
def masked_average_text():
    return keras.Sequential([tokens(), layers.Embedding(WORDS, 16, mask_zero=True), layers.GlobalAveragePooling1D(), layers.Dense(16, activation="relu"),
                             layers.Dense(1)])


@model
def masked_tagger():
    words = tokens()
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True, recurrent_dropout=0.1))(layers.Embedding(WORDS, 16, mask_zero=True)(words))
    return functional(words, layers.TimeDistributed(layers.Dense(5, activation="softmax"))(x))


@model
def masked_self_attention():
    words = tokens()
    x = layers.Embedding(WORDS, 16, mask_zero=True)(words)
    x = layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(2, 8)(x, x)]))
    x = layers.Add()([x, layers.Dense(16)(layers.Dense(32, activation="relu")(x))])
    return functional(words, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))


@model
def masked_query_value_attention():
    query, value = tokens(6, "query"), tokens(9, "value")
    embedding = layers.Embedding(WORDS, 8, mask_zero=True)
    convolution = layers.Conv1D(10, 4, padding="same")
    q, v = convolution(embedding(query)), convolution(embedding(value))
    attended = layers.GlobalAveragePooling1D()(layers.Attention()([q, v]))
    return functional([query, value], layers.Concatenate()([layers.GlobalAveragePooling1D()(q), attended]))


@model
def masked_series():
    return keras.Sequential([keras.Input((10, 4)), layers.Masking(mask_value=0.0), layers.GRU(8, return_sequences=True), layers.LSTM(6),
                             layers.Dense(2)])


@model
def text_convnet():
    words = tokens(24)
    x = layers.Dropout(0.5)(layers.Embedding(WORDS, 16)(words))
    x = layers.Conv1D(16, 7, padding="valid", activation="relu", strides=3)(x)
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(16, 5, padding="same", activation="relu", strides=3)(x))
    return functional(words, layers.Dense(1, activation="sigmoid")(layers.Dense(16, activation="relu")(x)))


@model
def fasttext_bag():
    return keras.Sequential([tokens(), layers.Embedding(WORDS, 16), layers.Dropout(0.2), layers.GlobalAveragePooling1D(), layers.Dense(4)])


class TransformerBlock(layers.Layer):
    def __init__(self, width, heads, inner, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.att = layers.MultiHeadAttention(num_heads=heads, key_dim=width)
        self.ffn = keras.Sequential([layers.Dense(inner, activation="relu"), layers.Dense(width)])
        self.layernorm1, self.layernorm2 = layers.LayerNormalization(epsilon=1e-6), layers.LayerNormalization(epsilon=1e-6)
        self.dropout1, self.dropout2 = layers.Dropout(rate), layers.Dropout(rate)

    def call(self, inputs, training=False):
        x = self.layernorm1(inputs + self.dropout1(self.att(inputs, inputs), training=training))
        return self.layernorm2(x + self.dropout2(self.ffn(x), training=training))


class TokenAndPositionEmbedding(layers.Layer):
    def __init__(self, maxlen, words, width, mask_zero=False, **kwargs):
        super().__init__(**kwargs)
        self.token_emb = layers.Embedding(words, width, mask_zero=mask_zero)
        self.pos_emb = layers.Embedding(maxlen, width)

    def call(self, x):
        return self.token_emb(x) + self.pos_emb(ops.arange(start=0, stop=ops.shape(x)[-1], step=1))

    def compute_mask(self, *args, **kwargs):
        return self.token_emb.compute_mask(*args, **kwargs)


@model
def text_transformer_example():
    words = tokens()
    x = TransformerBlock(16, 2, 16)(TokenAndPositionEmbedding(12, WORDS, 16)(words))
    x = layers.Dense(16, activation="relu")(layers.Dropout(0.1)(layers.GlobalAveragePooling1D()(x)))
    return functional(words, layers.Dense(2, activation="softmax")(x))


class CausalBlock(layers.Layer):
    def __init__(self, width=16, heads=2, **kwargs):
        super().__init__(**kwargs)
        self.att = layers.MultiHeadAttention(heads, width)
        self.ffn = keras.Sequential([layers.Dense(32, activation="relu"), layers.Dense(width)])
        self.norms = [layers.LayerNormalization(epsilon=1e-6), layers.LayerNormalization(epsilon=1e-6)]

    def call(self, inputs):
        length = ops.shape(inputs)[1]
        i, j = ops.arange(length)[:, None], ops.arange(length)
        mask = ops.reshape(ops.cast(i >= j, "bool"), [1, length, length])
        x = self.norms[0](inputs + self.att(inputs, inputs, attention_mask=mask))
        return self.norms[1](x + self.ffn(x))


@model
def miniature_gpt():
    words = tokens()
    x = CausalBlock()(TokenAndPositionEmbedding(12, WORDS, 16)(words))
    return functional(words, [layers.Dense(WORDS)(x), x])


@model
def causal_transformer_functional():
    words = tokens()
    x = layers.Embedding(WORDS, 16)(words)
    x = x + layers.Embedding(12, 16)(ops.cumsum(ops.ones_like(words), axis=1) - 1)
    x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 8)(x, x, use_causal_mask=True))
    return functional(words, layers.Dense(WORDS)(x))


@model
def translation_transformer():
    """Keras's English to Spanish, masks and all."""
    class Encoder(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.attention, self.dense = layers.MultiHeadAttention(2, 8), keras.Sequential([layers.Dense(16, activation="relu"), layers.Dense(16)])
            self.norms, self.supports_masking = [layers.LayerNormalization(), layers.LayerNormalization()], True

        def call(self, inputs, mask=None):
            padding = ops.cast(mask[:, None, :], dtype="int32") if mask is not None else None
            x = self.norms[0](inputs + self.attention(inputs, inputs, inputs, attention_mask=padding))
            return self.norms[1](x + self.dense(x))

    class Decoder(layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.attentions = [layers.MultiHeadAttention(2, 8), layers.MultiHeadAttention(2, 8)]
            self.norms, self.supports_masking = [layers.LayerNormalization(), layers.LayerNormalization()], True

        def call(self, inputs, mask=None):
            inputs, encoded = inputs
            length = ops.shape(inputs)[1]
            causal = ops.cast(ops.arange(length)[:, None] >= ops.arange(length), "int32")[None]
            own = ops.minimum(ops.cast(mask[0][:, None, :], "int32"), causal) if mask is not None and mask[0] is not None else causal
            other = ops.cast(mask[1][:, None, :], "int32") if mask is not None and mask[1] is not None else None
            x = self.norms[0](inputs + self.attentions[0](inputs, inputs, inputs, attention_mask=own))
            return self.norms[1](x + self.attentions[1](x, encoded, encoded, attention_mask=other))

    source, target = tokens(9, "encoder_inputs"), tokens(7, "decoder_inputs")
    encoded = Encoder()(TokenAndPositionEmbedding(9, WORDS, 16, mask_zero=True)(source))
    x = Decoder()([TokenAndPositionEmbedding(7, WORDS, 16, mask_zero=True)(target), encoded])
    return functional([source, target], layers.Dense(WORDS, activation="softmax")(x))


@model
def seq2seq_characters():
    encoder, decoder = keras.Input((8, 10), name="encoder"), keras.Input((7, 12), name="decoder")
    _, h, c = layers.LSTM(16, return_state=True)(encoder)
    x, _, _ = layers.LSTM(16, return_sequences=True, return_state=True)(decoder, initial_state=[h, c])
    return functional([encoder, decoder], layers.Dense(12, activation="softmax")(x))


@model
def seq2seq_gru_attention():
    source, target = tokens(8, "source"), tokens(7, "target")
    memory, state = layers.GRU(16, return_sequences=True, return_state=True)(layers.Embedding(WORDS, 12)(source))
    x = layers.GRU(16, return_sequences=True)(layers.Embedding(WORDS, 12)(target), initial_state=state)
    context = layers.AdditiveAttention()([x, memory])
    return functional([source, target], layers.Dense(WORDS)(layers.Concatenate()([x, context])))


@model
def addition_rnn():
    return keras.Sequential([keras.Input((7, 12)), layers.LSTM(16), layers.RepeatVector(4), layers.LSTM(16, return_sequences=True),
                             layers.Dense(12, activation="softmax")])


@model
def text_generation_gru():
    words = tokens(10)
    x, state = layers.GRU(24, return_sequences=True, return_state=True)(layers.Embedding(WORDS, 12)(words))
    return functional(words, [layers.Dense(WORDS)(x), state])


# Sequences and sound


@model
def ocr_ctc():
    image = keras.Input((48, 16, 1), name="image")
    x = layers.MaxPooling2D(2)(layers.Conv2D(8, 3, activation="relu", padding="same")(image))
    x = layers.MaxPooling2D(2)(layers.Conv2D(12, 3, activation="relu", padding="same")(x))
    x = layers.Dropout(0.2)(layers.Dense(16, activation="relu")(layers.Reshape((12, 48))(x)))
    x = layers.Bidirectional(layers.LSTM(12, return_sequences=True, dropout=0.25))(x)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True, dropout=0.25))(x)
    return functional(image, layers.Dense(12, activation="softmax")(x))


@model
def weather_lstm():
    series = keras.Input((24, 7))
    return functional(series, layers.Dense(1)(layers.LSTM(16)(series)))


@model
def timeseries_transformer():
    series = keras.Input((32, 1))
    x = series
    for _ in range(2):
        y = layers.LayerNormalization(epsilon=1e-6)(layers.Dropout(0.2)(layers.MultiHeadAttention(key_dim=8, num_heads=2, dropout=0.2)(x, x)))
        x = res = y + x
        y = layers.Conv1D(x.shape[-1], 1)(layers.Dropout(0.2)(layers.Conv1D(4, 1, activation="relu")(x)))
        x = layers.LayerNormalization(epsilon=1e-6)(y) + res
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    return functional(series, layers.Dense(3, activation="softmax")(layers.Dense(16, activation="relu")(x)))


@model
def timeseries_convnet():
    series = keras.Input((40, 1))
    x = series
    for _ in range(3):
        x = layers.ReLU()(layers.BatchNormalization()(layers.Conv1D(16, 3, padding="same")(x)))
    return functional(series, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling1D()(x)))


@model
def anomaly_conv_autoencoder():
    return keras.Sequential([keras.Input((32, 1)), layers.Conv1D(16, 7, padding="same", strides=2, activation="relu"), layers.Dropout(0.2),
                             layers.Conv1D(8, 7, padding="same", strides=2, activation="relu"),
                             layers.Conv1DTranspose(8, 7, padding="same", strides=2, activation="relu"), layers.Dropout(0.2),
                             layers.Conv1DTranspose(16, 7, padding="same", strides=2, activation="relu"), layers.Conv1DTranspose(1, 7, padding="same")])


@model
def anomaly_lstm_autoencoder():
    return keras.Sequential([keras.Input((10, 3)), layers.LSTM(16, return_sequences=True), layers.LSTM(8), layers.RepeatVector(10),
                             layers.LSTM(8, return_sequences=True), layers.LSTM(16, return_sequences=True), layers.TimeDistributed(layers.Dense(3))])


@model
def wavenet():
    sound = keras.Input((64, 1))
    x, skips = layers.Conv1D(8, 2, padding="causal")(sound), []
    for dilation in (1, 2, 4, 8):
        y = layers.Multiply()([layers.Conv1D(8, 2, padding="causal", dilation_rate=dilation, activation="tanh")(x),
                               layers.Conv1D(8, 2, padding="causal", dilation_rate=dilation, activation="sigmoid")(x)])
        skips.append(layers.Conv1D(8, 1)(y))
        x = layers.Add()([x, layers.Conv1D(8, 1)(y)])
    x = layers.Activation("relu")(layers.Add()(skips))
    return functional(sound, layers.Conv1D(16, 1, activation="softmax")(layers.Conv1D(8, 1, activation="relu")(x)))


@model
def temporal_convolutions():
    series = keras.Input((32, 4))
    x = series
    for dilation in (1, 2, 4):
        y = layers.Conv1D(8, 3, padding="causal", dilation_rate=dilation)(x)
        y = layers.SpatialDropout1D(0.1)(layers.Activation("relu")(layers.LayerNormalization()(y)))
        x = layers.Activation("relu")(layers.add([layers.Conv1D(8, 1, padding="same")(x), y]))
    return functional(series, layers.Dense(2)(x[:, -1, :]))


@model
def keyword_spectrogram():
    sound = keras.Input((1024,))
    x = layers.STFTSpectrogram(mode="log", frame_length=128, frame_step=64, fft_length=128, trainable=False)(layers.Reshape((1024, 1))(sound))
    x = layers.Resizing(16, 16)(layers.Reshape((*x.shape[1:], 1))(x))
    x = layers.Conv2D(8, 3, activation="relu")(layers.Normalization(mean=-2.0, variance=4.0)(x))
    return functional(sound, layers.Dense(8)(layers.Flatten()(layers.MaxPooling2D()(x))))


@model
def keyword_crnn():
    spectrogram = keras.Input((32, 20, 1))
    x = layers.Conv2D(8, (5, 3), strides=(2, 2), padding="same", activation="relu")(spectrogram)
    x = layers.Reshape((x.shape[1], x.shape[2] * x.shape[3]))(x)
    x = layers.Bidirectional(layers.GRU(12, return_sequences=True))(x)
    query = layers.Dense(24)(x[:, -1])
    weights = layers.Softmax(name="attention")(layers.Dot(axes=[1, 2])([query, x]))
    return functional(spectrogram, layers.Dense(6, activation="softmax")(layers.Dot(axes=[1, 1])([weights, x])))


# Tables and tastes


@model
def tabular_numeric():
    features = keras.Input((9,))
    x = layers.Normalization(mean=[0.1] * 9, variance=[0.5] * 9)(features)
    for units in (32, 16):
        x = layers.Dropout(0.2)(layers.BatchNormalization()(layers.Dense(units, activation="selu")(x)))
    return functional(features, layers.Dense(1, activation="sigmoid")(x))


@model
def tabular_mixed():
    age, kind, thal = keras.Input((1,), name="age"), keras.Input((1,), name="kind", dtype="int32"), keras.Input((1,), name="thal", dtype="int32")
    a = layers.Normalization(mean=0.1, variance=0.3)(age)
    b = layers.Discretization(bin_boundaries=[-0.5, 0.0, 0.5], output_mode="one_hot")(age)
    c = layers.CategoryEncoding(num_tokens=WORDS, output_mode="one_hot")(kind)
    d = layers.CategoryEncoding(num_tokens=6, output_mode="one_hot")(layers.IntegerLookup(vocabulary=[1, 2, 3, 5, 8])(thal))
    x = layers.Dense(16, activation="relu")(layers.concatenate([a, b, c, d]))
    return functional([age, kind, thal], layers.Dense(1, activation="sigmoid")(layers.Dropout(0.5)(x)))


@model
def wide_and_deep():
    wide, deep = keras.Input((5,), name="wide"), keras.Input((6,), name="deep")
    hidden = layers.Dense(16, activation="relu")(layers.Dense(16, activation="relu")(deep))
    return functional([wide, deep], [layers.Dense(1, name="main")(layers.concatenate([wide, hidden])), layers.Dense(1, name="aux")(hidden)])


@model
def deep_and_cross():
    features = keras.Input((8,))
    x = features
    for _ in range(2):
        x = features * layers.Dense(8)(x) + x
    y = layers.Dense(16, activation=keras.activations.mish)(features)
    return functional(features, layers.Dense(1)(layers.concatenate([x, y])))


@model
def collaborative_filtering():
    user, film = keras.Input((1,), dtype="int32", name="user"), keras.Input((1,), dtype="int32", name="film")
    u, f = layers.Flatten()(layers.Embedding(WORDS, 8)(user)), layers.Flatten()(layers.Embedding(WORDS, 8)(film))
    bias = layers.Flatten()(layers.Embedding(WORDS, 1)(user)) + layers.Flatten()(layers.Embedding(WORDS, 1)(film))
    return functional([user, film], ops.sigmoid(layers.Dot(axes=1)([u, f]) + bias))


@model
def tab_transformer():
    columns, numbers = tokens(5, "columns"), keras.Input((3,), name="numbers")
    x = layers.Embedding(WORDS, 16)(columns)
    for _ in range(2):
        x = encoder_block(x)
    x = layers.concatenate([layers.Flatten()(x), layers.LayerNormalization()(numbers)])
    return functional([columns, numbers], layers.Dense(1, activation="sigmoid")(layers.Dense(16, activation="selu")(x)))


@model
def actor_critic():
    state = keras.Input((4,))
    x = layers.Dense(32, activation="relu")(state)
    return functional(state, [layers.Dense(2, activation="softmax")(x), layers.Dense(1)(x)])


@model
def dueling_dqn():
    frames = keras.Input((42, 42, 4))
    x = layers.Conv2D(8, 8, strides=4, activation="relu", data_format="channels_last")(frames)
    x = layers.Dense(32, activation="relu")(layers.Flatten()(layers.Conv2D(12, 4, strides=2, activation="relu")(x)))
    value, advantage = layers.Dense(1)(x), layers.Dense(4)(x)
    return functional(frames, value + (advantage - ops.mean(advantage, axis=1, keepdims=True)))


# Whole models of one's own class, and policies


class SubclassedResNet(keras.Model):
    def __init__(self):
        super().__init__()
        self.stem = layers.Conv2D(8, 3, padding="same", activation="relu")
        self.blocks = [[layers.Conv2D(8, 3, padding="same", activation="relu"), layers.BatchNormalization()] for _ in range(2)]
        self.head = layers.Dense(4)

    def call(self, x, training=False):
        x = self.stem(x)
        for convolution, norm in self.blocks:
            x = ops.relu(x + norm(convolution(x), training=training))
        return self.head(ops.mean(x, axis=(1, 2)))


@model
def subclassed_resnet():
    made = SubclassedResNet()
    made(ops.zeros((1, 16, 16, 3)))
    made.given = [keras.Input((16, 16, 3))]
    return made


@model
def mixed_precision_convnet():
    how = {"dtype": "mixed_float16"}
    image = keras.Input((28, 28, 1))
    x = layers.MaxPooling2D(2, **how)(layers.Conv2D(16, 3, activation="relu", **how)(image))
    x = layers.Dense(16, activation="relu", **how)(layers.Flatten(**how)(layers.BatchNormalization(**how)(x)))
    return functional(image, layers.Activation("softmax", dtype="float32")(layers.Dense(10, **how)(x)))


@model
def mixed_bfloat16_mlp():
    how = {"dtype": "mixed_bfloat16"}
    features = keras.Input((12,))
    x = layers.Dense(16, activation="gelu", **how)(layers.LayerNormalization(**how)(features))
    return functional(features, layers.Dense(3, dtype="float32")(x))
