#include "pipeline/executor/bounded_queue.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

using tandem::BoundedQueue;

namespace {

TEST(BoundedQueue, RefusesWhenFullAndWhenEmpty) {
  BoundedQueue<int> queue(3);
  ASSERT_EQ(queue.capacity(), 4u);
  int value = 0;
  EXPECT_FALSE(queue.pop(value));
  for (int lap = 0; lap < 5; ++lap) {
    for (int i = 0; i < 4; ++i)
      EXPECT_TRUE(queue.push(lap * 10 + i));
    EXPECT_FALSE(queue.push(99));
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(queue.pop(value));
      EXPECT_EQ(value, lap * 10 + i);
    }
    EXPECT_FALSE(queue.pop(value));
  }
}

TEST(BoundedQueue, LosesAndInventsNothingAndKeepsEachProducersOrder) {
  constexpr int kProducers = 3, kEach = 5000;
  struct Item {
    int producer = 0, number = 0;
  };
  BoundedQueue<Item> queue(8);
  std::vector<std::thread> producers;
  for (int producer = 0; producer < kProducers; ++producer)
    producers.emplace_back([&queue, producer] {
      for (int i = 0; i < kEach; ++i)
        while (!queue.push({producer, i}))
          std::this_thread::yield();
    });
  std::vector<int> next(kProducers);
  for (int taken = 0; taken < kProducers * kEach;) {
    Item item;
    if (!queue.pop(item)) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(item.number, next[static_cast<size_t>(item.producer)]++);
    ++taken;
  }
  for (std::thread &producer : producers)
    producer.join();
  Item item;
  EXPECT_FALSE(queue.pop(item));
}

} // namespace
