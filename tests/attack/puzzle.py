"""Sums with few solutions: bounds of counters from everything that is told about them.

A variable is a counter (entries, views, uniques, bounces) of one page and one sort of visits. What is told are sums over
some of them. Bounds are narrowed until nothing changes; where a sum leaves no choice, they meet."""

from collections import defaultdict, deque


class Contradiction(Exception):
    """There is no solution: what is told is not of the same visits."""


class Puzzle:
    def __init__(self):
        self.low, self.high, self.names = [], [], {}
        self.sums, self.of, self.less = [], defaultdict(list), defaultdict(list)

    def variable(self, name, high):
        """A number from 0 to `high`."""
        self.names[name] = len(self.low)
        self.low.append(0)
        self.high.append(max(0, high))
        return self.names[name]

    def sum(self, variables, total):
        """These add up to the total."""
        self.balance(variables, [], total)

    def balance(self, plus, minus, total=0):
        """Some of them less the others are the total."""
        members = [(variable, 1) for variable in plus] + [(variable, -1) for variable in minus]
        for variable, _ in members:
            self.of[variable].append(len(self.sums))
        self.sums.append((members, total))

    def at_most(self, small, big):
        """One is never more than the other."""
        self.less[small].append((small, big))
        self.less[big].append((small, big))

    def solve(self):
        """Narrows everything."""
        self.narrow(range(len(self.sums)), range(len(self.low)))

    def narrow(self, sums, variables):
        waiting, changed = deque(sums), deque(variables)
        queued = set(waiting)
        while waiting or changed:
            while changed:
                for small, big in self.less[changed.popleft()]:
                    self.bound(small, self.low[small], self.high[big], waiting, queued, changed)
                    self.bound(big, self.low[small], self.high[big], waiting, queued, changed)
            if waiting:
                number = waiting.popleft()
                queued.discard(number)
                self.narrow_sum(*self.sums[number], waiting, queued, changed)

    def narrow_sum(self, members, total, waiting, queued, changed):
        low = sum(self.low[m] if sign > 0 else -self.high[m] for m, sign in members)
        high = sum(self.high[m] if sign > 0 else -self.low[m] for m, sign in members)
        if low > total or high < total:
            raise Contradiction
        for m, sign in members:
            if sign > 0:
                least, most = total - high + self.high[m], total - low + self.low[m]
            else:
                least, most = low + self.high[m] - total, high + self.low[m] - total
            if least > self.low[m] or most < self.high[m]:
                self.bound(m, least, most, waiting, queued, changed)

    def bound(self, variable, low, high, waiting, queued, changed):
        low, high = max(low, self.low[variable]), min(high, self.high[variable])
        if low > high:
            raise Contradiction
        if (low, high) == (self.low[variable], self.high[variable]):
            return
        self.low[variable], self.high[variable] = low, high
        changed.append(variable)
        for number in self.of[variable]:
            if number not in queued:
                queued.add(number)
                waiting.append(number)

    def cannot_be_zero(self, variable):
        """Whether it is in the way of every solution that it is nothing."""
        low, high = self.low[:], self.high[:]
        try:
            self.high[variable] = 0
            self.narrow(list(self.of[variable]), [variable])
            return False
        except Contradiction:
            return True
        finally:
            self.low, self.high = low, high
