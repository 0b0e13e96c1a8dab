#include "base/printable.h"

#include "base/result.h"

#include <gtest/gtest.h>

using namespace tandem;

TEST(Printable, LeavesTextOfAnyLanguage) {
  for (const char *text : {"", "conv1/weights:0", "größe", "顔", "\xf0\x9f\x99\x82"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\nb\r\t\x1b[31m\x7f"), "a\\x0ab\\x0d\\x09\\x1b[31m\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "a control sequence in one character";
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("\xe3("), "\\xe3(");
  EXPECT_EQ(printable("a\xff"), "a\\xff");
  EXPECT_EQ(printable("\xc3"), "\\xc3") << "cut off";
  EXPECT_EQ(printable("\xe9\xa1"), "\\xe9\\xa1");
  EXPECT_EQ(printable("\x80"), "\\x80");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "half of a pair";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond Unicode";
  EXPECT_EQ(printable("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
}

TEST(Printable, LeavesOutTheMiddleOfALongName) {
  EXPECT_EQ(shortened("short", 5), "short");
  EXPECT_EQ(shortened("StatefulPartitionedCall/model/conv1/Relu", 27),
            "Stateful...model/conv1/Relu");
  EXPECT_EQ(shortened("a\nb", 6), "a\\x0ab") << "as long as it is shown";
  EXPECT_EQ(shortened("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 8), "...\xe2\x82\xac")
      << "whole characters";
  EXPECT_EQ(shortened("a\xe2\x82\xac"
                      "bcdefghijklmnopqrst",
                      13),
            "a...nopqrst");
}

TEST(Error, IsOneLineWhateverItNames) {
  EXPECT_EQ(Error(Code::kCorruptData, "a\nb.h5", "layer '\x1b[2J\xe3'").text(),
            "a\\x0ab.h5: error: layer '\\x1b[2J\\xe3'");
}
