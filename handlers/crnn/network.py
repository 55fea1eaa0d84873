"""The CRNN: a CNN over the strip, a bidirectional LSTM over its columns, and a CTC layer.

After Shi, Bai and Yao, "An End-to-End Trainable Neural Network for Image-based Sequence Recognition"
(2015), with residual blocks, and a CTC shortcut for training after Retsinas et al., "Best Practices for
a Handwritten Text Recognition System" (2022).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from crnn.strip import HEIGHT


@dataclass(frozen=True)
class Architecture:
    """What is needed to build a network again; travels in the checkpoint."""

    classes: int
    height: int = HEIGHT
    channels: tuple[int, ...] = (24, 48, 96, 160, 224)
    hidden: int = 192
    layers: int = 2
    dropout: float = 0.2
    planes: int = 1
    """The ink alone, or the three planes of the pen's trace as well."""
    refinements: int = 0
    """Further LSTM layers, each of which mends what the layers before it say."""


class Block(nn.Module):
    """Two 3 x 3 convolutions with a shortcut; the first may change the number of channels."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.first = _convolution(channels_in, channels_out)
        self.second = nn.Sequential(
            nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False), nn.BatchNorm2d(channels_out)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(batch, in, height, width) -> (batch, out, height, width)."""
        x = self.first(x)
        return torch.relu(x + self.second(x))


def _convolution(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels_out, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )


class Features(nn.Module):
    """The convolutions: a strip becomes a sequence of features, one for STRIDE columns."""

    def __init__(self, planes: int, height: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        c0, c1, c2, c3, c4 = channels
        self.body = nn.Sequential(
            _convolution(planes, c0, stride=2),
            _convolution(c0, c1),
            nn.MaxPool2d(2),
            Block(c1, c2),
            nn.MaxPool2d((2, 1)),
            Block(c2, c3),
            nn.MaxPool2d((2, 1)),
            _convolution(c3, c4),
        )
        self.collapse = nn.Sequential(
            nn.Conv2d(c4, c4, (height // 16, 1), bias=False), nn.BatchNorm2d(c4), nn.ReLU(inplace=True)
        )

    def forward(self, strips: Tensor) -> Tensor:
        """(batch, planes, height, width) -> (batch, feature, width / STRIDE)."""
        features: Tensor = self.collapse(self.body(strips))
        return features.squeeze(2)


class Refinement(nn.Module):
    """A bidirectional LSTM layer whose answer is added to what it was given; a new one adds nothing.

    After the residual layers of Wu et al., "Google's Neural Machine Translation System" (2016).
    """

    def __init__(self, feature: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.lstm = nn.LSTM(feature, feature // 2, bidirectional=True)
        self._say_nothing()

    @torch.no_grad()
    def _say_nothing(self) -> None:
        """Have the cells take up nothing; of the four gates, the third is what they take up."""
        for weights in self.lstm.parameters():
            weights.chunk(4)[2].zero_()

    def forward(self, x: Tensor) -> Tensor:
        """(steps, batch, feature) -> (steps, batch, feature)."""
        added: Tensor = self.lstm(self.dropout(x))[0]
        return x + added


class CRNN(nn.Module):
    """Strips in, log probabilities of each class out, for every step of STRIDE columns."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        feature = architecture.channels[-1]
        self.features = Features(architecture.planes, architecture.height, architecture.channels)
        self.dropout = nn.Dropout(architecture.dropout)
        self.lstm = nn.LSTM(
            feature,
            architecture.hidden,
            architecture.layers,
            bidirectional=True,
            dropout=architecture.dropout if architecture.layers > 1 else 0.0,
        )
        answer = 2 * architecture.hidden
        self.refinements = nn.Sequential(
            *(Refinement(answer, architecture.dropout) for _ in range(architecture.refinements))
        )
        self.head = nn.Linear(answer, architecture.classes)

    def sequence(self, features: Tensor) -> Tensor:
        """(batch, feature, steps) -> (steps, batch, classes), logits."""
        steps, _ = self.lstm(self.dropout(features.permute(2, 0, 1)))
        logits: Tensor = self.head(self.dropout(self.refinements(steps)))
        return logits

    def forward(self, strips: Tensor) -> Tensor:
        """(batch, planes, height, width) -> (steps, batch, classes), log probabilities."""
        return self.sequence(self.features(strips)).float().log_softmax(dim=2)


def steps_of(width: int) -> int:
    """How many steps a strip of `width` columns gives: each of two halvings rounds as the layers do."""
    return ((width + 1) // 2) // 2
