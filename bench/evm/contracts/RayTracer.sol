// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.24;

/// Renders a small picture of spheres on a floor, in signed fixed point with 32 fractional bits: multiplications,
/// divisions, roots, structs in memory, and calls of internal functions.
contract RayTracer {
    int256 constant ONE = 1 << 32;

    struct Vector {
        int256 x;
        int256 y;
        int256 z;
    }

    struct Sphere {
        Vector centre;
        int256 radius;
        Vector colour;
        int256 mirror;
    }

    /// @return hash of the picture
    function run() external pure returns (bytes32 hash) {
        return render(24, 18, 3);
    }

    function render(uint256 width, uint256 height, uint256 bounces) public pure returns (bytes32 hash) {
        Sphere[] memory scene = makeScene();
        for (uint256 row = 0; row < height; row++) {
            for (uint256 column = 0; column < width; column++) {
                int256 x = (int256(2 * column + 1) * ONE) / int256(width) - ONE;
                int256 y = ONE - (int256(2 * row + 1) * ONE) / int256(height);
                Vector memory direction = normalised(Vector(x, (y * 3) / 4, ONE));
                Vector memory colour = trace(scene, Vector(0, ONE / 2, -3 * ONE), direction, bounces);
                hash = keccak256(abi.encodePacked(hash, byteOf(colour.x), byteOf(colour.y), byteOf(colour.z)));
            }
        }
    }

    function makeScene() private pure returns (Sphere[] memory scene) {
        scene = new Sphere[](5);
        scene[0] = Sphere(Vector(0, 0, 0), ONE, Vector(ONE, ONE / 4, ONE / 4), ONE / 3);
        scene[1] = Sphere(Vector(2 * ONE, 0, ONE), ONE, Vector(ONE / 4, ONE, ONE / 4), ONE / 4);
        scene[2] = Sphere(Vector(-2 * ONE, 0, ONE), ONE, Vector(ONE / 4, ONE / 4, ONE), ONE / 4);
        scene[3] = Sphere(Vector(ONE / 2, -ONE / 2, -ONE), ONE / 2, Vector(ONE, ONE, ONE / 2), ONE / 8);
        scene[4] = Sphere(Vector(0, -101 * ONE, 0), 100 * ONE, Vector(ONE / 2, ONE / 2, ONE / 2), ONE / 6);
    }

    function trace(Sphere[] memory scene, Vector memory origin, Vector memory direction, uint256 bounces)
        private
        pure
        returns (Vector memory colour)
    {
        (uint256 index, int256 distance) = nearest(scene, origin, direction);
        if (index == type(uint256).max) {
            int256 sky = (direction.y + ONE) / 2;
            return Vector(ONE - sky / 2, ONE - sky / 3, ONE);
        }
        Sphere memory sphere = scene[index];
        Vector memory point = add(origin, scaled(direction, distance));
        Vector memory normal = normalised(subtract(point, sphere.centre));
        point = add(point, scaled(normal, ONE >> 12));
        colour = scaled(sphere.colour, shadeAt(scene, point, normal));
        if (bounces > 0) {
            direction = normalised(subtract(direction, scaled(normal, 2 * dot(direction, normal))));
            Vector memory mirrored = trace(scene, point, direction, bounces - 1);
            colour = add(colour, scaled(subtract(mirrored, colour), sphere.mirror));
        }
    }

    function shadeAt(Sphere[] memory scene, Vector memory point, Vector memory normal) private pure returns (int256) {
        Vector memory light = normalised(Vector(ONE, 2 * ONE, -ONE));
        int256 shade = dot(normal, light);
        if (shade > 0) {
            (uint256 blocker,) = nearest(scene, point, light);
            if (blocker == type(uint256).max) return ONE / 5 + (shade * 4) / 5;
        }
        return ONE / 5;
    }

    function nearest(Sphere[] memory scene, Vector memory origin, Vector memory direction)
        private
        pure
        returns (uint256 index, int256 distance)
    {
        index = type(uint256).max;
        distance = type(int256).max;
        for (uint256 i = 0; i < scene.length; i++) {
            Vector memory offset = subtract(origin, scene[i].centre);
            int256 b = dot(offset, direction);
            int256 c = dot(offset, offset) - multiply(scene[i].radius, scene[i].radius);
            int256 discriminant = multiply(b, b) - c;
            if (discriminant < 0) continue;
            int256 t = -b - root(discriminant);
            if (t > ONE >> 10 && t < distance) (index, distance) = (i, t);
        }
    }

    function multiply(int256 a, int256 b) private pure returns (int256) {
        return (a * b) / ONE;
    }

    function dot(Vector memory a, Vector memory b) private pure returns (int256) {
        return (a.x * b.x + a.y * b.y + a.z * b.z) / ONE;
    }

    function add(Vector memory a, Vector memory b) private pure returns (Vector memory) {
        return Vector(a.x + b.x, a.y + b.y, a.z + b.z);
    }

    function subtract(Vector memory a, Vector memory b) private pure returns (Vector memory) {
        return Vector(a.x - b.x, a.y - b.y, a.z - b.z);
    }

    function scaled(Vector memory a, int256 factor) private pure returns (Vector memory) {
        return Vector(multiply(a.x, factor), multiply(a.y, factor), multiply(a.z, factor));
    }

    function normalised(Vector memory a) private pure returns (Vector memory) {
        int256 length = root(dot(a, a));
        return Vector((a.x * ONE) / length, (a.y * ONE) / length, (a.z * ONE) / length);
    }

    /// By Newton.
    function root(int256 a) private pure returns (int256 result) {
        uint256 value = uint256(a) << 32;
        if (value == 0) return 0;
        uint256 x = uint256(1) << 48;
        for (uint256 i = 0; i < 40; i++) {
            uint256 next = (x + value / x) >> 1;
            if (next == x || next == x + 1) break;
            x = next;
        }
        return int256(x);
    }

    function byteOf(int256 channel) private pure returns (uint8) {
        if (channel < 0) return 0;
        if (channel >= ONE) return 255;
        return uint8(uint256((channel * 255) / ONE));
    }
}
