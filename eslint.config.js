import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'out/'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers in messages are wanted; everything else in a template must be a string already.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `void` marks a promise whose end is handled elsewhere on purpose.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // One Ed25519 key of 256 that ssh2 generates is damaged: see newKeyPair in test/hosts/ssh/tools.ts.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.property.name="utils"][property.name=/^generateKeyPair/]',
          message: 'ssh2 generates damaged keys. Use newKeyPair of test/hosts/ssh/tools.ts.',
        },
      ],
    },
  },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
);
